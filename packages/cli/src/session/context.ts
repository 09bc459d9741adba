import { type ApiClient, createApiClient } from '@coder/api';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { configFolder, readConfigFile } from './config-folder.ts';

/** The flags every command takes. */
export type GlobalFlags = { url?: string; token?: string; globalConfig?: string };

export type Session = {
  readonly folder: string;
  readonly url: string | undefined;
  readonly token: string | undefined;
};

/** Where to and as whom: flags first, then the environment, then what `coder login` has stored. */
export function resolveSession(flags: GlobalFlags, env: NodeJS.ProcessEnv = process.env): Session {
  const folder = flags.globalConfig ?? configFolder(env);
  return {
    folder,
    url: flags.url ?? (env.CODER_URL || readConfigFile(folder, 'url')),
    token: flags.token ?? (env.CODER_SESSION_TOKEN || readConfigFile(folder, 'session')),
  };
}

/** The session of the command that runs. */
export function sessionOf(command: Command): Session {
  return resolveSession(command.optsWithGlobals<GlobalFlags>());
}

/** A client for the deployment the user is signed in to. */
export function clientOf(command: Command): ApiClient {
  const session = sessionOf(command);
  if (session.url === undefined || session.token === undefined) {
    throw new CliError('You are not logged in. Try logging in using "coder login <url>".');
  }
  return createApiClient({ url: session.url, token: session.token, headers: { 'user-agent': 'coder-cli' } });
}
