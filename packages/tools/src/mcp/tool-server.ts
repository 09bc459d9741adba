import { type ApiClient, nearest } from '@coder/api';
import {
  type CallToolResult,
  type ClientCapabilities,
  type InputRequiredResult,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/server/validators/ajv';
import { type CallOutcome, callTool } from '../call.ts';
import { findTool, tools } from '../registry.ts';
import type { Tool, ToolContext } from '../tool.ts';
import { askForApproval, capabilitiesOf, holdMs, pageAnswerOf, withoutApproval } from './approval.ts';
import type { Surface } from './surface.ts';

/** Whom a server serves, and with what. */
export type ToolSession = {
  surface: Surface;
  client: ApiClient;
  /** The client that a call of a tool works with, which says for which tool, and how long it may be held for a decision. */
  clientFor: (call: ToolCallMark) => ApiClient;
  permissions: ToolContext['permissions'];
  /** How long one call may wait in all, in milliseconds. */
  waitMs: number;
  now: () => number;
  /** Stands around every call, for the audit; it may have the call made through clients of its own. */
  around?: (
    tool: Tool,
    args: unknown,
    run: (clientFor?: ToolSession['clientFor']) => Promise<CallOutcome>,
  ) => Promise<CallOutcome>;
};

/** What the routes that a tool calls are told about the call. */
export type ToolCallMark = { tool: string; approvalWaitMs: number };

/** How the server introduces itself. */
export type ToolServerInfo = {
  name: string;
  version: string;
  /** In place of those that fit the tools. */
  instructions?: string | undefined;
};

/** One for all: it is costly to make and holds nothing of a caller's. */
const validator = new AjvJsonSchemaValidator();

/** How long a client may keep what it has listed. */
const hintsFor = (ttlMs: number) =>
  ({
    'tools/list': { ttlMs, cacheScope: 'private' },
    'prompts/list': { ttlMs, cacheScope: 'private' },
    'resources/list': { ttlMs, cacheScope: 'private' },
    'resources/templates/list': { ttlMs, cacheScope: 'private' },
    'resources/read': { ttlMs: 0, cacheScope: 'private' },
    'server/discover': { ttlMs, cacheScope: 'private' },
  }) as const;
const hintsForAll = hintsFor(60_000);
/** What a narrow token is shown grows in the moment in which its user allows more, and the client goes on with another token. */
const hintsForNarrow = hintsFor(0);

/**
 * An MCP server over the tools of a surface. Everything that can be made beforehand is in the surface: over HTTP one
 * of these is made for every request.
 */
export function createToolServer(info: ToolServerInfo, session: ToolSession): Server {
  const { surface } = session;
  const { resources, prompts } = surface;
  const server = new Server(
    { name: info.name, version: info.version },
    {
      capabilities: {
        tools: {},
        ...(resources ? { resources: {} } : {}),
        ...(prompts ? { prompts: {} } : {}),
      },
      instructions: info.instructions ?? surface.instructions,
      cacheHints: session.permissions === 'all' ? hintsForAll : hintsForNarrow,
      jsonSchemaValidator: validator,
    },
  );
  server.setRequestHandler('tools/list', () => surface.listing);
  server.setRequestHandler('tools/call', ({ params }, context) =>
    answerCall(session, params.name, params.arguments, context, () => server.getClientCapabilities()),
  );
  if (resources) {
    server.setRequestHandler('resources/list', () => resources.listing);
    server.setRequestHandler('resources/templates/list', () => resources.templates);
    server.setRequestHandler('resources/read', ({ params }) => resources.read(session.client, params.uri));
  }
  if (prompts) {
    server.setRequestHandler('prompts/list', () => prompts.listing);
    server.setRequestHandler('prompts/get', ({ params }) => prompts.get(params.name, params.arguments));
  }
  return server;
}

async function answerCall(
  session: ToolSession,
  name: string,
  args: unknown,
  context: ServerContext,
  ofConnection: () => ClientCapabilities | undefined,
): Promise<CallToolResult | InputRequiredResult> {
  const tool = findTool(name);
  if (!tool) throw unknownTool(name);
  const answer = pageAnswerOf(context);
  const approvalWaitMs = holdMs(answer, session.waitMs);
  const run = async (clientFor = session.clientFor): Promise<CallOutcome> => {
    if (answer === 'decline' || answer === 'cancel') return withoutApproval(answer);
    return (
      refusedBySurface(session, tool) ??
      callTool(tool, clientFor({ tool: tool.name, approvalWaitMs }), args, {
        permissions: session.permissions,
        signal: context.mcpReq.signal,
        now: session.now,
        waitMs: session.waitMs - approvalWaitMs,
        ...progressOf(context),
      })
    );
  };
  const outcome = session.around ? await session.around(tool, args, run) : await run();
  // Asked once: who has opened the page and not decided is told where it is.
  if (outcome.failure === undefined || answer !== undefined) return outcome.result;
  return askForApproval(outcome, capabilitiesOf(context, ofConnection)) ?? outcome.result;
}

/** A tool outside the surface is refused, unless the token is why: then the call itself says which scope it lacks. */
function refusedBySurface({ surface }: ToolSession, tool: Tool): CallOutcome | undefined {
  const { selection } = surface;
  if (surface.tools.has(tool.name) || selection.tools.includes(tool)) return undefined;
  const text = tool.toolsets.includes(selection.toolset)
    ? `The tool ${tool.name} is not among the tools that this connection is narrowed to.`
    : `The tool ${tool.name} is not in the toolset ${selection.toolset}. Connect with one of: ${tool.toolsets.join(', ')}.`;
  return { result: { content: [{ type: 'text', text }], isError: true } };
}

function unknownTool(name: string): ProtocolError {
  const near = nearest(
    name,
    tools.map((tool) => tool.name),
  );
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `Unknown tool: ${name}.${near === undefined ? '' : ` Did you mean ${near}?`}`,
  );
}

/** Progress is told only to a client that asked for it. */
function progressOf(context: ServerContext): Pick<ToolContext, 'progress'> {
  const progressToken = context.mcpReq._meta?.progressToken;
  if (progressToken === undefined) return {};
  let progress = 0;
  return {
    progress: (message) => {
      progress += 1;
      // A client that has gone does not make the call fail.
      context.mcpReq
        .notify({ method: 'notifications/progress', params: { progressToken, progress, message } })
        .catch(() => undefined);
    },
  };
}
