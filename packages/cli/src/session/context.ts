import { join } from 'node:path';
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
  /** What gave the address, as a refusal of it names that. */
  readonly urlFrom?: string;
  /** Gives the token for the next request; undefined when nobody is signed in. */
  readonly token: TokenSource | undefined;
};

/** Where to and as whom: flags first, then the environment, then what `coder login` has stored. */
export function resolveSession(flags: GlobalFlags, env: NodeJS.ProcessEnv = process.env): Session {
  const folder = flags.globalConfig ?? configFolder(env);
  const given = givenToken(flags, env);
  const [url, urlFrom] = givenUrl(flags, folder, env);
  const isStored = readConfigFile(folder, 'session') !== undefined;
  return {
    folder,
    url,
    urlFrom,
    token: given !== undefined ? async () => given : isStored ? storedTokenSource({ folder }) : undefined,
  };
}

function givenUrl(
  flags: GlobalFlags,
  folder: string,
  env: NodeJS.ProcessEnv,
): [url: string | undefined, from: string] {
  if (flags.url !== undefined) return [flags.url, '--url'];
  if (env.CODER_URL) return [env.CODER_URL, 'CODER_URL'];
  return [readConfigFile(folder, 'url'), join(folder, 'url')];
}

/** The address of the session's deployment, if it has one. Throws {@link CliError} when it is no address. */
export function addressOf({ url, urlFrom = '--url' }: Pick<Session, 'url' | 'urlFrom'>): string | undefined {
  if (url === undefined || (/^https?:\/\//i.test(url) && URL.canParse(url))) return url;
  throw new CliError(
    `${urlFrom} "${url}" is not the address of a deployment. Write it like https://coder.example.com or http://127.0.0.1:3000.`,
  );
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
  { token, ...given }: Pick<Session, 'url' | 'urlFrom' | 'token'>,
  headers: Record<string, string> = {},
): ApiClient {
  const url = addressOf(given);
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
