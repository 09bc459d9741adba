import type { Socket } from 'node:net';
import { ApiError, describeError, joinTcp } from '@coder/api';
import { openTcp, type TcpTarget } from './open-tcp.ts';

/** Gives the agent to connect to; `again` when the one given before is not there any more. */
export type FindTarget = (again: boolean) => Promise<TcpTarget>;

/** A workspace that was started again has another agent. */
function isAnotherAgent(error: unknown): boolean {
  return error instanceof ApiError && ['GONE', 'NOT_FOUND', 'WORKSPACE_NOT_RUNNING'].includes(error.code);
}

/**
 * Joins a local connection and a port of the workspace until both have ended. When the workspace cannot be reached the local
 * connection breaks, as it would there, and `failed` is told why.
 */
export async function joinWorkspace(
  local: Socket,
  port: number,
  target: FindTarget,
  failed: (message: string) => void,
): Promise<void> {
  // It may go away while its other end is made.
  local.on('error', () => undefined);
  try {
    const open = async (again: boolean) => openTcp(await target(again), port);
    const remote = await open(false).catch((error: unknown) => {
      if (isAnotherAgent(error)) return open(true);
      throw error;
    });
    if (local.destroyed) {
      remote.close();
      return;
    }
    const over = joinTcp(remote, local);
    local.resume();
    await over;
  } catch (error) {
    local.resetAndDestroy();
    failed(
      error instanceof ApiError
        ? describeError(error)
        : error instanceof Error
          ? error.message
          : String(error),
    );
  }
}
