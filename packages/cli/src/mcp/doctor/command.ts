import { Command, InvalidArgumentError, Option } from 'commander';
import { CliError } from '../../cli-error.ts';
import { durationArgument } from '../../duration.ts';
import { readConfigFile } from '../../session/config-folder.ts';
import { type GlobalFlags, givenToken, type Session, sessionOf } from '../../session/context.ts';
import type { ClientProfile } from './clients/index.ts';
import { parseTarget, type Target } from './target.ts';

type Flags = { login?: boolean; client?: string[]; output: 'text' | 'json'; timeout: string };

/** Known without loading the checks, for the help. */
const clientIds = ['claude', 'chatgpt', 'cursor', 'vscode'];

/** `coder exp mcp doctor`: why a client does not connect to a deployment. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'Say whether claude.ai, ChatGPT, Cursor and VS Code can connect to a deployment, and what keeps them from it',
    )
    .argument(
      '[url]',
      'address of the deployment or of its MCP endpoint; the one you are signed in to by default',
    )
    .option('--login', 'go through a sign-in in the browser too, and call a tool with the token it gives')
    .option('--client <name>', `only as this client: ${clientIds.join(', ')}; may be repeated`, collect)
    .addOption(new Option('--timeout <duration>', 'how long an answer may take').default('10s'))
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'))
    .action(run);
}

function collect(value: string, before: string[] = []): string[] {
  if (!clientIds.includes(value)) throw new InvalidArgumentError(`must be one of: ${clientIds.join(', ')}.`);
  return [...before, value];
}

async function run(address: string | undefined, flags: Flags, command: Command): Promise<void> {
  const session = sessionOf(command);
  const given = address ?? session.url;
  if (given === undefined) {
    throw new CliError('Say what to examine: "coder exp mcp doctor https://coder.example.com".');
  }
  const target = parseTarget(given);
  // The checks bring the MCP client library with them, which the other commands beside this one do not need.
  const [{ examine }, { renderReport }, { profiles }] = await Promise.all([
    import('./examine.ts'),
    import('./print-report.ts'),
    import('./clients/index.ts'),
  ]);
  const stop = new AbortController();
  const leftBehind: string[] = [];
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  try {
    const report = await examine({
      target,
      ...(await tokenFor(target, session, command.optsWithGlobals<GlobalFlags>())),
      clients: profiles.filter(({ id }: ClientProfile) => flags.client?.includes(id) ?? true),
      login: flags.login ? { tell: tellAddress } : undefined,
      timeoutMs: durationArgument(flags.timeout),
      signal: stop.signal,
      onCleanup: ({ mark, what, fix }) => {
        if (mark !== 'ok') leftBehind.push(what, fix ?? '');
      },
    });
    process.stdout.write(
      flags.output === 'json' ? `${JSON.stringify(report, null, 2)}\n` : renderReport(report),
    );
    if (!report.connects) process.exitCode = 1;
  } catch (error) {
    if (stop.signal.aborted) {
      const rest = leftBehind.length > 0 ? leftBehind : ['Nothing of it is left behind.'];
      throw new CliError(['Stopped.', ...rest].join(' '), 130);
    }
    throw error;
  } finally {
    process.off('SIGINT', interrupt);
  }
}

/** A session is shown to the deployment it is for and to no other; a token on the command line is meant for this one. */
async function tokenFor(
  target: Target,
  session: Session,
  flags: GlobalFlags,
): Promise<{ token?: string; tokenMissing?: string }> {
  if (flags.token !== undefined) return { token: flags.token };
  if (session.token === undefined) {
    return { tokenMissing: 'sign in with "coder login", give --token, or use --login' };
  }
  const isFor = givenToken(flags) === undefined ? readConfigFile(session.folder, 'url') : session.url;
  if (URL.parse(isFor ?? '')?.origin !== target.origin) {
    return { tokenMissing: 'your session is for another deployment; give --token or use --login' };
  }
  try {
    return { token: await session.token() };
  } catch {
    return { tokenMissing: 'your session could not be renewed; sign in again, give --token or use --login' };
  }
}

function tellAddress(url: string): void {
  process.stderr.write(`Open this address in a browser, sign in and decide:\n\n  ${url}\n\n`);
}
