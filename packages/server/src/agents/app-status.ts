import { randomUUID } from 'node:crypto';
import { ApiError, type patchAppStatusSchema } from '@coder/api';
import type * as z from 'zod';
import type { Clock } from '../clock.ts';
import { type Db, inTransaction, notify, storableText } from '../database/index.ts';

/** A link that runs something when it is followed is none. */
const dangerous = /^\s*(?:javascript|data|vbscript):/i;

/** Stores what an AI agent in the workspace says it is doing. The agent may speak only for its own apps. */
export async function storeAppStatus(
  { db, clock }: { db: Db; clock: Clock },
  agent: { id: string; workspaceId: string },
  status: z.infer<typeof patchAppStatusSchema>,
): Promise<void> {
  if (dangerous.test(status.uri)) {
    const validations = [
      { field: 'uri', detail: 'must be a link that can be opened, such as https:// or file://' },
    ];
    throw new ApiError('VALIDATION_FAILED', { validations });
  }
  const app = await db
    .selectFrom('workspace_apps')
    .select('id')
    .where('agent_id', '=', agent.id)
    .where('slug', '=', status.app_slug)
    .executeTakeFirst();
  if (!app) {
    throw new ApiError('NOT_FOUND', {
      message: `This agent has no app with the slug "${status.app_slug}". The template defines its apps.`,
    });
  }
  await inTransaction(db, async (trx) => {
    await trx
      .insertInto('workspace_app_statuses')
      .values({
        id: randomUUID(),
        workspace_id: agent.workspaceId,
        agent_id: agent.id,
        app_id: app.id,
        state: status.state,
        message: storableText(status.message),
        uri: storableText(status.uri),
        created_at: clock.now(),
      })
      .execute();
    await notify(trx, 'workspace_changed', agent.workspaceId);
  });
}
