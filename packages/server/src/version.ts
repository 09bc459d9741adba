import manifest from '../package.json' with { type: 'json' };

/** The version as upstream writes it: `v0.1.0`. */
export const version = `v${manifest.version}`;
