import { type ApiClient, createApiClient, SESSION_TOKEN_HEADER } from '@coder/api';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { configFolder, readConfigFile } from './config-folder.ts';
import { storedTokenSource, type TokenSource } from './token-source.ts';

/** The flags every command takes. */
export type GlobalFlags = { url?: string; token?: string; globalConfig?: string };

export type Session = {
  readonly folder: string;
  readonly url: string | undefined;
  /** Gives the token for the next request; undefined when nobody is signed in. */
  readonly token: TokenSource | undefined;
};

/** Where to and as whom: flags first, then the environment, then what `coder login` has stored. */
export function resolveSession(flags: GlobalFlags, env: NodeJS.ProcessEnv = process.env): Session {
  const folder = flags.globalConfig ?? configFolder(env);
  const given = givenToken(flags, env);
  const isStored = readConfigFile(folder, 'session') !== undefined;
  return {
    folder,
    url: flags.url ?? (env.CODER_URL || readConfigFile(folder, 'url')),
    token: given !== undefined ? async () => given : isStored ? storedTokenSource({ folder }) : undefined,
  };
}

/** The token of a flag or the environment, which goes before the stored one. */
export function givenToken(flags: GlobalFlags, env: NodeJS.ProcessEnv = process.env): string | undefined {
  return flags.token ?? (env.CODER_SESSION_TOKEN || undefined);
}

/** The session of the command that runs. */
export function sessionOf(command: Command): Session {
  return resolveSession(command.optsWithGlobals<GlobalFlags>());
}

/** A client that sends the session's token, renewed when it is time. Throws {@link CliError} when nobody is signed in. */
export function createSessionClient(
  { url, token }: Pick<Session, 'url' | 'token'>,
  headers: Record<string, string> = {},
): ApiClient {
  if (url === undefined || token === undefined) {
    throw new CliError('You are not logged in. Try logging in using "coder login <url>".');
  }
  return createApiClient({
    url,
    headers: { 'user-agent': 'coder-cli', ...headers },
    fetch: async (request) => {
      request.headers.set(SESSION_TOKEN_HEADER, await token());
      return fetch(request);
    },
  });
}

/** A client for the deployment the user is signed in to. */
export function clientOf(command: Command): ApiClient {
  return createSessionClient(sessionOf(command));
}
