import type { Duplex } from 'node:stream';
import { ApiError } from '@coder/api';
import { type AgentAccess, type AgentConnection, AgentError, fromAgentFailure } from '../agents/index.ts';
import type { FoundApp } from './find-app.ts';

/** Opens a connection to the port of an app. Throws what a person can do something about. */
export async function reach(access: AgentAccess, app: FoundApp, signal: AbortSignal): Promise<Duplex> {
  const connection = await access.reach(app.agent, signal);
  try {
    return await connection.connect(app.port, { signal });
  } catch (error) {
    if (error instanceof AgentError && error.code === 'port_refused')
      throw await nothingThere(connection, app);
    throw fromAgentFailure(error, app.agent);
  }
}

async function nothingThere(connection: AgentConnection, app: FoundApp): Promise<ApiError> {
  const where = `Nothing listens on port ${app.port} in workspace "${app.agent.workspaceName}"`;
  const listening = await connection.ports({ deadlineMs: 5_000 }).then(
    ({ ports }) => [...new Set(ports.map(({ port }) => port))],
    () => [],
  );
  const others =
    listening.length === 0 ? 'nothing else does either' : `it listens on: ${listening.join(', ')}`;
  return new ApiError('AGENT_ERROR', {
    status: 502,
    message: `${where}; ${others}. Start the server there, then load this again.`,
  });
}

/** What is told when something listens but does not answer as it should. */
export function badAnswer(app: FoundApp, cause: unknown): ApiError {
  return new ApiError('AGENT_ERROR', {
    status: 502,
    message: `What listens on port ${app.port} in workspace "${app.agent.workspaceName}" did not answer with HTTP. Look at the log of the server there.`,
    cause,
  });
}
