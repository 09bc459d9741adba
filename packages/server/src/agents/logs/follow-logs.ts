import type { WebSocket } from 'ws';
import type { Db } from '../../database/index.ts';
import type { Changes } from '../../jobs/index.ts';
import type { Logger } from '../../logger.ts';
import { readAgentLogs } from './log-store.ts';

export interface FollowDeps {
  db: Db;
  log: Logger;
  changes: Changes;
}

/** Lines in one message at most. */
const MAX_LINES = 1_000;

/**
 * Sends an agent's log behind `after`, then each new line, as JSON arrays of lines. Ends (1000) when the agent can write no more
 * because its workspace has been stopped or built anew.
 */
export function followAgentLogs(
  { db, log, changes }: FollowDeps,
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
      fail(err);
    } finally {
      running = false;
    }
  }

  function fail(err: unknown): void {
    log.warn({ err, agentId }, 'the log of an agent could not be read');
    socket.close(1011, 'The log could not be read. Connect again.');
  }

  const wake = () => void pump();
  const subscribed = [
    changes.subscribe('agent_log', agentId, wake),
    changes.subscribe('workspace_changed', workspaceId, wake),
  ];
  for (const each of subscribed) each.catch(fail);
  socket.on('close', () => {
    for (const each of subscribed) void each.then((stop) => stop()).catch(() => undefined);
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
