declare const AGENT_VERSION: string | undefined;

/** The version of the bundle, put in when it is built; a run from the sources says `dev`. */
export const version: string = typeof AGENT_VERSION === 'undefined' ? 'dev' : AGENT_VERSION;
