import { sql } from 'kysely';
import { type Actor, ALLOW_CREATED } from '../authorization/index.ts';
import { type Db, notify } from '../database/index.ts';

/**
 * Lets a key that reaches only what it has created itself reach a new workspace too. The list grows in the transaction of
 * the creation; every server that holds the key in memory reads it again.
 */
export async function admitCreated(trx: Db, actor: Actor, workspaceId: string): Promise<void> {
  const { allowList, application, id } = actor.key;
  if (!allowList.includes(ALLOW_CREATED)) return;
  const entry = `workspace:${workspaceId}`;
  const grown = sql<string[]>`array_append(allow_list, ${entry})`;
  if (application) {
    await trx
      .updateTable('oauth_grants')
      .set({ allow_list: grown })
      .where('id', '=', application.grantId)
      .execute();
  } else {
    await trx.updateTable('api_keys').set({ allow_list: grown }).where('id', '=', id).execute();
  }
  const keys = application
    ? await trx
        .selectFrom('api_keys')
        .where('oauth_grant_id', '=', application.grantId)
        .select('id')
        .execute()
    : [{ id }];
  for (const key of keys) await notify(trx, 'api_key_changed', key.id);
  // The request that creates may go on to wait for the workspace with the actor it was given. If the transaction fails, the
  // id names nothing.
  (allowList as string[]).push(entry);
}
