import { hostname } from 'node:os';
import { confirm, isCancel, password as passwordPrompt, text } from '@clack/prompts';
import { type ApiClient, ApiError, createApiClient, NAME_PATTERN } from '@coder/api';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { readConfigFile, removeConfigFile, writeConfigFile } from '../session/config-folder.ts';
import { clientOf, sessionOf } from '../session/context.ts';

type LoginFlags = {
  firstUserEmail?: string;
  firstUserUsername?: string;
  firstUserPassword?: string;
  firstUserFullName?: string;
  email?: string;
  password?: string;
};

function requireTerminal(what: string): void {
  if (!process.stdin.isTTY) throw new CliError(`${what} This is not a terminal, so it cannot be asked for.`);
}

async function ask(message: string, check?: (value: string) => string | undefined): Promise<string> {
  const answer = await text({ message, validate: (value) => check?.(value ?? '') });
  if (isCancel(answer)) throw new CliError('Canceled.', 130);
  return answer;
}

async function askPassword(message: string): Promise<string> {
  const answer = await passwordPrompt({ message });
  if (isCancel(answer)) throw new CliError('Canceled.', 130);
  return answer;
}

function normalizeUrl(input: string): string {
  const withScheme = /^https?:\/\//i.test(input) ? input : `https://${input}`;
  try {
    const url = new URL(withScheme);
    return url.origin + url.pathname.replace(/\/+$/, '');
  } catch {
    throw new CliError(`"${input}" is not an address. Write it like https://coder.example.com.`);
  }
}

async function hasFirstUser(client: ApiClient): Promise<boolean> {
  try {
    await client.users.hasFirst();
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false;
    throw error;
  }
}

async function createFirstUser(
  client: ApiClient,
  flags: LoginFlags,
): Promise<{ email: string; password: string }> {
  if (flags.firstUserEmail === undefined || flags.firstUserPassword === undefined) {
    requireTerminal(
      'This deployment has no user yet. Give --first-user-email, --first-user-username and --first-user-password, or CODER_FIRST_USER_EMAIL, CODER_FIRST_USER_USERNAME and CODER_FIRST_USER_PASSWORD.',
    );
    const yes = await confirm({
      message: 'This deployment has no user yet. Create the first one, its owner?',
    });
    if (isCancel(yes) || !yes) throw new CliError('Nothing was created.');
  }
  const email =
    flags.firstUserEmail ??
    (await ask('Email:', (v) => (v.includes('@') ? undefined : 'must be an email address')));
  const username =
    flags.firstUserUsername ??
    (process.stdin.isTTY
      ? await ask('Username:', (v) =>
          NAME_PATTERN.test(v) ? undefined : 'letters, digits and single hyphens',
        )
      : (email.split('@')[0] ?? 'admin').replace(/[^a-zA-Z0-9]+/g, '-').replace(/^-+|-+$/g, ''));
  const password = flags.firstUserPassword ?? (await askPassword('Password (8 characters or more):'));
  await client.users.createFirst({ email, username, password, name: flags.firstUserFullName ?? '' });
  return { email, password };
}

async function passwordSession(client: ApiClient, email: string, password: string): Promise<string> {
  const { session_token } = await client.users.login({ email, password });
  return session_token;
}

async function obtainToken(client: ApiClient, url: string, flags: LoginFlags, given: string | undefined) {
  if (given !== undefined) return given;
  if (!(await hasFirstUser(client))) {
    const made = await createFirstUser(client, flags);
    return passwordSession(client, made.email, made.password);
  }
  const email = flags.email ?? flags.firstUserEmail;
  const password = flags.password ?? flags.firstUserPassword;
  if (email !== undefined && password !== undefined) return passwordSession(client, email, password);
  requireTerminal(`Sign in to ${url} with --token, CODER_SESSION_TOKEN, or --email and --password.`);
  return passwordSession(
    client,
    email ?? (await ask('Email:')),
    password ?? (await askPassword('Password:')),
  );
}

export function loginCommand(): Command {
  return new Command('login')
    .description('Sign in to a deployment; on a new one, create its first user')
    .argument('[url]', 'address of the deployment')
    .option('--first-user-email <email>', 'email of the first user', process.env.CODER_FIRST_USER_EMAIL)
    .option(
      '--first-user-username <name>',
      'username of the first user',
      process.env.CODER_FIRST_USER_USERNAME,
    )
    .option(
      '--first-user-full-name <name>',
      'full name of the first user',
      process.env.CODER_FIRST_USER_FULL_NAME,
    )
    .option(
      '--first-user-password <password>',
      'password of the first user; prefer CODER_FIRST_USER_PASSWORD',
    )
    .option('--email <email>', 'sign in with this email')
    .option('--password <password>', 'sign in with this password; prefer to be asked')
    .action(async (address: string | undefined, flags: LoginFlags, command: Command) => {
      const session = sessionOf(command);
      const target = address ?? session.url;
      if (target === undefined) throw new CliError('Say where to sign in: "coder login <url>".');
      const url = normalizeUrl(target);
      const firstUserPassword = flags.firstUserPassword ?? process.env.CODER_FIRST_USER_PASSWORD;
      const anonymous = createApiClient({ url });
      // A token that is stored for another deployment says nothing about this one.
      const explicit = command.optsWithGlobals<{ token?: string }>().token ?? process.env.CODER_SESSION_TOKEN;
      const token = await obtainToken(
        anonymous,
        url,
        { ...flags, ...(firstUserPassword === undefined ? {} : { firstUserPassword }) },
        explicit || undefined,
      );
      const me = await createApiClient({ url, token }).users.get({ user: 'me' });
      writeConfigFile(session.folder, 'url', url);
      writeConfigFile(session.folder, 'session', token);
      console.log(`Signed in to ${url} as ${me.username} on ${hostname()}.`);
    });
}

export function logoutCommand(): Command {
  return new Command('logout')
    .description('End the session on this machine')
    .action(async (_flags, command: Command) => {
      const { folder } = sessionOf(command);
      if (readConfigFile(folder, 'session') === undefined) throw new CliError('You are not logged in.');
      try {
        await clientOf(command).users.logout();
      } catch (error) {
        // A session that the server no longer knows is over already.
        if (!(error instanceof ApiError) || error.status !== 401) throw error;
      } finally {
        removeConfigFile(folder, 'session');
      }
      console.log('You are no longer logged in.');
    });
}
