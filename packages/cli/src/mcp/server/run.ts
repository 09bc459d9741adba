import { Console } from 'node:console';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import {
  APPROVAL_WAIT_HEADER,
  type ApiClient,
  ApiError,
  describeError,
  nearest,
  VIA_HEADER,
} from '@coder/api';
import { type CallOutcome, isToolset, MAX_WAIT_MS, type Tool, tools, toolsets } from '@coder/tools';
import { createSurface, createToolServer, DEFAULT_INSTRUCTIONS, type ToolCallMark } from '@coder/tools/mcp';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { CliError } from '../../cli-error.ts';
import { plain } from '../../output/table.ts';
import { createSessionClient, type Session } from '../../session/context.ts';
import { version } from '../../version.ts';
import { tokenPermissions } from './token-permissions.ts';

/** How long calls may take to end when the client has gone, in milliseconds. */
const LAST_CALLS_MS = 3_000;

export type McpServerOptions = {
  session: Pick<Session, 'url' | 'token'>;
  toolset?: string;
  /** In place of the usual instructions. */
  instructions?: string | undefined;
  /** Exact names; undefined or none for all of the toolset. */
  allowedTools?: readonly string[] | undefined;
  appStatusSlug?: string | undefined;
  aiAgentapiUrl?: string | undefined;
};

/**
 * Serves MCP on standard input and output until the client closes it. Standard output carries nothing else; what is
 * for people goes to standard error. Throws a {@link CliError} before it begins when it could not work.
 */
export async function runMcpServer(options: McpServerOptions): Promise<void> {
  const { session, toolset = 'standard' } = options;
  // A stray console.log, of ours or of a library's, would break the protocol.
  globalThis.console = new Console(process.stderr);
  if (!isToolset(toolset)) {
    throw new CliError(`Invalid toolset: ${toolset}. Use one of: ${toolsets.join(', ')}.`);
  }
  const allowed = checkAllowedTools(options.allowedTools);
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
  const surface = createSurface(toolset, permissions ?? 'all', allowed);
  say(`Tools             ${toolset}, ${surface.tools.size}`);
  if (allowed !== undefined) say(`Allowed tools     ${[...allowed].join(', ')}`);
  sayWhatIsMissing(options);

  const info = {
    name: 'Coder Agent',
    version,
    instructions: options.instructions ?? DEFAULT_INSTRUCTIONS,
  };
  const running = new Set<Promise<unknown>>();
  const served = {
    surface,
    client,
    clientFor: ({ tool, approvalWaitMs }: ToolCallMark) =>
      clientWith({
        [VIA_HEADER]: `mcp; tool=${tool}`,
        [APPROVAL_WAIT_HEADER]: String(approvalWaitMs),
      }),
    permissions: permissions ?? ('all' as const),
    waitMs: MAX_WAIT_MS,
    now: Date.now,
    around: (_tool: Tool, _args: unknown, run: () => Promise<CallOutcome>) => {
      const call = run();
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
  await Promise.race([Promise.allSettled(running), pause(LAST_CALLS_MS)]);
}

function say(text: string): void {
  process.stderr.write(`${plain(text)}\n`);
}

/** An unknown name is refused, so that a misspelled list does not leave a model without its tools. */
function checkAllowedTools(names: readonly string[] | undefined): ReadonlySet<string> | undefined {
  if (names === undefined || names.length === 0) return undefined;
  const known = tools.map((tool) => tool.name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return new Set(names);
  const near = nearest(unknown, known);
  throw new CliError(
    `Unknown tool in --allowed-tools: ${unknown}.${near === undefined ? ` Known tools: ${known.join(', ')}.` : ` Did you mean ${near}?`}`,
  );
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
