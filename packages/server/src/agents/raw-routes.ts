import { ApiError, joinTcp } from '@coder/api';
import * as z from 'zod';
import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';
import { type RawRoutes, type RequestContext, serveEventSocket, serveEvents } from '../http/index.ts';
import type { Changes } from '../jobs/index.ts';
import type { Logger } from '../logger.ts';
import { readByLink, type UseLinkDeps, writeByLink } from './file-links/use-link.ts';
import { type SessionDeps, serveLink } from './links/session.ts';
import { followAgentLogs } from './logs/follow-logs.ts';
import { watchMetadata } from './metadata/watch-metadata.ts';
import type { AgentAccess } from './routes/access.ts';
import { loadTarget } from './routes/agent-target.ts';
import { archiveFolder, downloadFile, unpackFolder, uploadFile } from './streams/file-streams.ts';
import { parseInput } from './streams/parse-input.ts';
import { processResize, processStdin, processStream } from './streams/process-streams.ts';
import { joinTerminal, terminalRequest } from './terminal/terminal.ts';
import { terminalIdOf } from './terminal/terminal-id.ts';

export interface RawRoutesDeps {
  db: Db;
  log: Logger;
  access: AgentAccess;
  session: SessionDeps;
  /** Keeps a link's session until it has ended. */
  track(session: Promise<void>): void;
  changes: Changes;
  clock: Clock;
  fileLinks: UseLinkDeps;
}

const FollowQuery = z.object({ after: z.coerce.number().int().min(0).default(0) });
const TcpQuery = z.object({ port: z.coerce.number().int().min(1).max(65_535) });

/** Registers the streams and WebSockets of agents. */
export function mountAgentRawRoutes({ rawRoute, upgradeRoute }: RawRoutes, deps: RawRoutesDeps): void {
  const { db, log, access, changes } = deps;

  upgradeRoute('agentLink', async ({ context, accept }) => {
    if (!context.agent) throw new ApiError('UNAUTHENTICATED');
    deps.session.redials.check(context.agent.id);
    deps.track(serveLink(deps.session, context.agent.id, await accept()));
  });

  upgradeRoute('terminal', async ({ context, params, query, accept }) => {
    const { reconnect, ...wanted } = terminalRequest(query);
    const terminal = await access.use(context, params.agent ?? '', 'ssh', (connection, call) =>
      connection.attachTerminal(terminalIdOf(context, reconnect), wanted, call),
    );
    await joinTerminal(await accept(), terminal);
  });

  upgradeRoute('agentTcp', async ({ context, params, query, accept }) => {
    const { port } = parseInput(TcpQuery, query);
    const tunnel = await access.use(context, params.agent ?? '', 'ssh', (connection, call) =>
      connection.connect(port, call),
    );
    await joinTcp(await accept(), tunnel);
  });

  upgradeRoute('followAgentLogs', async ({ context, params, query, accept }) => {
    const { after } = parseInput(FollowQuery, query);
    if (!context.actor) throw new ApiError('UNAUTHENTICATED');
    const { agentId, workspaceId } = await loadTarget(db, context.actor, params.agent ?? '', 'read');
    context.workspaceId = workspaceId;
    followAgentLogs({ db, log, changes }, await accept(), { agentId, workspaceId, after });
  });

  const metadata = async (context: RequestContext, agent: string | undefined) => {
    if (!context.actor) throw new ApiError('UNAUTHENTICATED');
    const { agentId, workspaceId } = await loadTarget(db, context.actor, agent ?? '', 'read');
    context.workspaceId = workspaceId;
    const watched = { db, clock: deps.clock, changes };
    return (signal: AbortSignal) => watchMetadata(watched, { agentId, workspaceId }, signal);
  };
  rawRoute('watchAgentMetadata', async ({ context, params, request }) =>
    serveEvents(request.signal, await metadata(context, params.agent)),
  );
  upgradeRoute('watchAgentMetadataSocket', async ({ context, params, accept }) => {
    await serveEventSocket(accept, await metadata(context, params.agent), 'The agent has stopped.');
  });

  rawRoute('processStream', (request) => processStream(access, request));
  rawRoute('processStdin', (request) => processStdin(access, request));
  rawRoute('processResize', (request) => processResize(access, request));
  rawRoute('uploadWorkspaceFile', (request) => uploadFile(access, request));
  rawRoute('downloadWorkspaceFile', (request) => downloadFile(access, request));
  rawRoute('archiveWorkspaceFolder', (request) => archiveFolder(access, request));
  rawRoute('unpackWorkspaceFolder', (request) => unpackFolder(access, request));
  rawRoute('readFileLink', (request) => readByLink(deps.fileLinks, request));
  rawRoute('writeFileLink', (request) => writeByLink(deps.fileLinks, request));
}

const streamed =
  /^\/api\/v2\/(?:filelinks\/[^/]+|workspaceagents\/[^/]+\/(?:files\/(?:upload|unpack)|processes\/[^/]+\/stdin))$/;

/** Whether a path takes a body of any length, because it is passed on as it comes. */
export function isStreamedBody(path: string): boolean {
  return streamed.test(path);
}
