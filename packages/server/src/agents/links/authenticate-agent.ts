import { createHash } from 'node:crypto';
import { ApiError } from '@coder/api';
import type { Db } from '../../database/index.ts';

/** What an agent's call says about itself. */
export interface AgentCredentials {
  readonly headers: Headers;
}

/**
 * Verifies an agent's token. A token is retired when its workspace stops: the agent that still dials with it hears 401 for as
 * long as it tries, and gives up.
 */
export function createAgentAuthentication({ db }: { db: Db }) {
  return async ({ headers }: AgentCredentials): Promise<{ id: string; workspaceId: string }> => {
    const token = tokenOf(headers);
    const found = token
      ? await db
          .selectFrom('workspace_agents')
          .select(['id', 'workspace_id'])
          .where('token_hash', '=', createHash('sha256').update(token).digest())
          .executeTakeFirst()
      : undefined;
    if (found) return { id: found.id, workspaceId: found.workspace_id };
    throw new ApiError('UNAUTHENTICATED', {
      message: 'The agent token is not valid: its workspace has been stopped, rebuilt or deleted.',
      detail: 'A new token comes with the next start of the workspace.',
    });
  };
}

function tokenOf(headers: Headers): string | undefined {
  const bearer = /^bearer\s+(\S+)$/i.exec(headers.get('authorization') ?? '');
  return headers.get('coder-session-token') ?? bearer?.[1];
}
