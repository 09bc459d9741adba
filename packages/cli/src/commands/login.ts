import { hostname } from 'node:os';
import { createApiClient } from '@coder/api';
import { Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { type LoginFlags, obtainLogin } from '../login/obtain-login.ts';
import { type GlobalFlags, givenToken, sessionOf } from '../session/context.ts';
import { storeLogin } from '../session/stored-login.ts';

function normalizeUrl(input: string): string {
  const withScheme = /^https?:\/\//i.test(input) ? input : `https://${input}`;
  try {
    const url = new URL(withScheme);
    return url.origin + url.pathname.replace(/\/+$/, '');
  } catch {
    throw new CliError(`"${input}" is not an address. Write it like https://coder.example.com.`);
  }
}

const help = `
On a terminal this prints an address and a code; allow it in any browser where you are signed in, and mark there what this
command may do. With --email, or where the deployment has no such sign-in, it asks for your password instead.`;

export function loginCommand(): Command {
  return new Command('login')
    .description('Sign in to a deployment; on a new one, create its first user')
    .argument('[url]', 'address of the deployment')
    .addOption(
      new Option('--first-user-email <email>', 'email of the first user').env('CODER_FIRST_USER_EMAIL'),
    )
    .addOption(
      new Option('--first-user-username <name>', 'username of the first user').env(
        'CODER_FIRST_USER_USERNAME',
      ),
    )
    .addOption(
      new Option('--first-user-full-name <name>', 'full name of the first user').env(
        'CODER_FIRST_USER_FULL_NAME',
      ),
    )
    .addOption(
      new Option(
        '--first-user-password <password>',
        'password of the first user, better given by the variable',
      ).env('CODER_FIRST_USER_PASSWORD'),
    )
    .option('--email <email>', 'sign in with this email')
    .option('--password <password>', 'sign in with this password; prefer to be asked')
    .option('--device', 'sign in by a code that you allow in a browser, also where this is no terminal')
    .addOption(
      new Option(
        '--use-token-as-session',
        'keep the token of --token as it is, which is always done',
      ).hideHelp(),
    )
    .addHelpText('after', help)
    .action(async (address: string | undefined, flags: LoginFlags, command: Command) => {
      const session = sessionOf(command);
      const target = address ?? session.url;
      if (target === undefined) throw new CliError('Say where to sign in: "coder login <url>".');
      const url = normalizeUrl(target);
      // A token that is stored for another deployment says nothing about this one.
      const given = givenToken(command.optsWithGlobals<GlobalFlags>());
      const obtained =
        given === undefined ? await obtainLogin(createApiClient({ url }), url, flags) : { token: given };
      const me = await createApiClient({ url, token: obtained.token }).users.get({ user: 'me' });
      storeLogin(session.folder, { url, ...obtained });
      console.log(`Signed in to ${url} as ${me.username} on ${hostname()}.`);
      if ('limits' in obtained && obtained.limits) {
        console.log(`This command may do what you have marked: ${obtained.limits.join(', ')}.`);
      }
    });
}
