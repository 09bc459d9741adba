import { ApiError } from '@coder/api';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { readConfigFile } from '../session/config-folder.ts';
import { clientOf, sessionOf } from '../session/context.ts';
import { oauthServerOf } from '../session/oauth-server.ts';
import { forgetLogin, type RenewableLogin, readRenewableLogin } from '../session/stored-login.ts';

/** Ends a sign-in by device code with everything that hangs on it. */
async function disconnect({ url, refresh_token }: RenewableLogin): Promise<void> {
  const { oauth, server, client, auth, options } = await oauthServerOf(url);
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(server, client, auth, refresh_token, options()),
  );
}

export function logoutCommand(): Command {
  return new Command('logout')
    .description('End the session on this machine')
    .action(async (_flags, command: Command) => {
      const { folder } = sessionOf(command);
      if (readConfigFile(folder, 'session') === undefined) throw new CliError('You are not logged in.');
      const renewable = readRenewableLogin(folder);
      try {
        if (renewable) await disconnect(renewable);
        else await clientOf(command).users.logout();
      } catch (error) {
        // A session that the server no longer knows is over already.
        if (!(error instanceof ApiError) || error.status !== 401) throw error;
      } finally {
        forgetLogin(folder);
      }
      console.log('You are no longer logged in.');
    });
}
