import type { WebSocket } from 'ws';
import type { Db } from '../../database/index.ts';
import type { Logger } from '../../logger.ts';
import type { LogSignals } from './log-signals.ts';
import { readAgentLogs } from './log-store.ts';

export interface FollowDeps {
  db: Db;
  log: Logger;
  /** Of `agent_log`, by agent id. */
  lines: LogSignals;
  /** Of `workspace_changed`, by workspace id. */
  workspaces: LogSignals;
}

/** Lines in one message at most. */
const MAX_LINES = 1_000;

/**
 * Sends an agent's log behind `after`, then each new line, as JSON arrays of lines. Ends (1000) when the agent can write no more
 * because its workspace has been stopped or built anew.
 */
export function followAgentLogs(
  { db, log, lines, workspaces }: FollowDeps,
  socket: WebSocket,
  { agentId, workspaceId, after }: { agentId: string; workspaceId: string; after: number },
): void {
  let last = after;
  let running = false;
  let again = true;

  async function send(): Promise<void> {
    for (;;) {
      const retired = !(await mayStillWrite(db, agentId));
      const batch = await readAgentLogs(db, agentId, { after: last, limit: MAX_LINES });
      if (socket.readyState !== socket.OPEN) return;
      const end = batch.at(-1);
      if (end) {
        last = end.id;
        await new Promise<void>((resolve) => socket.send(JSON.stringify(batch), () => resolve()));
      }
      if (batch.length === MAX_LINES) continue;
      if (retired) socket.close(1000, 'The agent has stopped.');
      return;
    }
  }

  async function pump(): Promise<void> {
    again = true;
    if (running) return;
    running = true;
    try {
      while (again) {
        again = false;
        await send();
      }
    } catch (err) {
      log.warn({ err, agentId }, 'the log of an agent could not be read');
      socket.close(1011, 'The log could not be read. Connect again.');
    } finally {
      running = false;
    }
  }

  const wake = () => void pump();
  const stops = [lines.subscribe(agentId, wake), workspaces.subscribe(workspaceId, wake)];
  socket.on('close', () => {
    for (const stop of stops) stop();
  });
  socket.on('error', () => socket.terminate());
  wake();
}

async function mayStillWrite(db: Db, agentId: string): Promise<boolean> {
  const agent = await db
    .selectFrom('workspace_agents')
    .select('id')
    .where('id', '=', agentId)
    .where('token_hash', 'is not', null)
    .executeTakeFirst();
  return agent !== undefined;
}
