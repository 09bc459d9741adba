import { Console } from 'node:console';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { APPROVAL_WAIT_HEADER, type ApiClient, ApiError, describeError, VIA_HEADER } from '@coder/api';
import { type CallOutcome, MAX_WAIT_MS, type Tool } from '@coder/tools';
import {
  createSurface,
  createToolServer,
  type Selection,
  SelectionError,
  type SelectionInput,
  selectTools,
  type ToolCallMark,
} from '@coder/tools/mcp';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { CliError } from '../../cli-error.ts';
import { plain } from '../../output/table.ts';
import { createSessionClient, type Session } from '../../session/context.ts';
import { version } from '../../version.ts';
import { tokenPermissions } from './token-permissions.ts';

/** How long calls may take to end when the client has gone, in milliseconds. */
const LAST_CALLS_MS = 3_000;

export type McpServerOptions = {
  session: Pick<Session, 'url' | 'urlFrom' | 'token'>;
  /** Which tools are offered. */
  selection?: SelectionInput;
  /** In place of the usual instructions. */
  instructions?: string | undefined;
  appStatusSlug?: string | undefined;
  aiAgentapiUrl?: string | undefined;
};

/**
 * Serves MCP on standard input and output until the client closes it. Standard output carries nothing else; what is
 * for people goes to standard error. Throws a {@link CliError} before it begins when it could not work.
 */
export async function runMcpServer(options: McpServerOptions): Promise<void> {
  const { session } = options;
  // A stray console.log, of ours or of a library's, would break the protocol.
  globalThis.console = new Console(process.stderr);
  const selection = select(options.selection ?? {});
  // What comes by MCP says so, since a person's own session is otherwise taken for the person.
  const clientWith = (headers: Record<string, string>): ApiClient =>
    createSessionClient(session, { 'user-agent': `coder-mcp/${version}`, [VIA_HEADER]: 'mcp', ...headers });
  const client = clientWith({});
  say(`URL               ${client.url}`);
  await sayWhoIsSignedIn(client);
  const permissions = await tokenPermissions(client, (await session.token?.()) ?? '');
  if (permissions === undefined) {
    say('Scopes            not known: tools that this token may not use are listed, and refused when called');
  }
  const surface = createSurface(selection, permissions ?? 'all');
  say(`Tools             ${selection.toolset}, ${surface.tools.size}`);
  if (selection.isNarrowed) say(`Allowed tools     ${selection.tools.map(({ name }) => name).join(', ')}`);
  sayWhatIsMissing(options);

  const clientOf = ({ tool, approvalWaitMs }: ToolCallMark, part: string): ApiClient =>
    clientWith({
      [VIA_HEADER]: `mcp; tool=${tool}${part}`,
      [APPROVAL_WAIT_HEADER]: String(approvalWaitMs),
    });
  const info = { name: 'Coder Agent', version, instructions: options.instructions };
  const running = new Set<Promise<unknown>>();
  const served = {
    surface,
    client,
    clientFor: (mark: ToolCallMark) => clientOf(mark, ''),
    permissions: permissions ?? ('all' as const),
    waitMs: MAX_WAIT_MS,
    now: Date.now,
    around: (
      _tool: Tool,
      args: unknown,
      run: (clientFor: (mark: ToolCallMark) => ApiClient) => Promise<CallOutcome>,
    ) => {
      // What the server needs for the row of this call in its audit log: the arguments themselves stay here.
      const digest = createHash('sha256')
        .update(JSON.stringify(args ?? {}))
        .digest('hex');
      const part = `; call=${randomUUID()}; arguments=${digest}`;
      const call = run((mark) => clientOf(mark, part));
      running.add(call);
      return call.finally(() => running.delete(call));
    },
  };
  // A pipe that ends does not always close, and a closed one may never have ended.
  const gone = Promise.race([once(process.stdin, 'end'), once(process.stdin, 'close')]);
  const handle = serveStdio(() => createToolServer(info, served), {
    onerror: (error) => say(`warning: ${error.message}`),
  });
  say('Press Ctrl+C to stop the server.');
  await gone;
  await handle.close();
  // The calls that were running have been cancelled, and must still end what they had started.
  const over = new AbortController();
  const patience = pause(LAST_CALLS_MS, undefined, { signal: over.signal }).catch(() => undefined);
  await Promise.race([Promise.allSettled(running), patience]);
  // The client waits for this process to end.
  over.abort();
}

function say(text: string): void {
  process.stderr.write(`${plain(text)}\n`);
}

/** A wrong name is refused, so that a misspelled list does not leave a model without its tools. */
function select(input: SelectionInput): Selection {
  try {
    return selectTools(input);
  } catch (error) {
    if (!(error instanceof SelectionError)) throw error;
    throw new CliError(`${error.message}. ${error.hint}`);
  }
}

/** A token that is no good ends the server; a deployment that cannot be reached may be back at the first call. */
async function sayWhoIsSignedIn(client: ApiClient): Promise<void> {
  try {
    const user = await client.users.get({ user: 'me' });
    say('Authentication    Successful');
    say(`User              ${user.username}`);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) {
      throw new CliError(`${describeError(error)} Sign in with "coder login ${client.url}".`);
    }
    say(`Authentication    not checked: ${describeError(error)}`);
  }
}

function sayWhatIsMissing({ appStatusSlug, aiAgentapiUrl }: McpServerOptions): void {
  if (appStatusSlug === undefined && aiAgentapiUrl === undefined) return;
  say(
    'warning: this version does not report task status; --app-status-slug and --ai-agentapi-url have no effect',
  );
}
