import type { OAuth2Client } from '@coder/api';
import { sql } from 'kysely';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Clock } from '../../clock.ts';
import { type Db, inTransaction, notify } from '../../database/index.ts';

export type GrantStore = {
  readonly adapter: Adapter;
  /** Writes down what the user decided, once the grant is there. */
  describe(grantId: string, decision: GrantDecision): Promise<void>;
  /** Writes down with which of its secrets an application got a token. */
  gotWith(grantId: string, secretId: string): Promise<void>;
  /** Ends a grant with every token of it, on all servers. */
  end(grantId: string): Promise<void>;
};

export type GrantDecision = {
  application: OAuth2Client & { redirect_host: string };
  scopes: string[];
  allowList: string[];
  resource: string;
  ip: string;
};

/** What users have allowed applications, in `oauth_grants`. Whatever hangs on a grant goes with it. */
export function createGrantStore({ db, clock }: { db: Db; clock: Clock }): GrantStore {
  async function end(grantId: string): Promise<void> {
    await inTransaction(db, (trx) => endGrants(trx, [grantId]));
  }
  return {
    end,
    async gotWith(grantId, secretId) {
      await db.updateTable('oauth_grants').set({ secret_id: secretId }).where('id', '=', grantId).execute();
    },
    async describe(grantId, { application, scopes, allowList, resource, ip }) {
      await db
        .updateTable('oauth_grants')
        .set({ application: JSON.stringify(application), scopes, allow_list: allowList, resource, ip })
        .where('id', '=', grantId)
        .execute();
    },
    adapter: {
      async upsert(id, payload, expiresIn) {
        const now = clock.now();
        const values = {
          payload: JSON.stringify(payload),
          expires_at: new Date(now.getTime() + (expiresIn ?? 0) * 1_000),
        };
        const clientId = payload.clientId ?? '';
        const app = await db
          .selectFrom('oauth_apps')
          .where((eb) => eb(eb.cast<string>('id', 'text'), '=', clientId))
          .select('id')
          .executeTakeFirst();
        await db
          .insertInto('oauth_grants')
          .values({
            id,
            user_id: payload.accountId ?? '',
            client_id: clientId,
            app_id: app?.id ?? null,
            created_at: now,
            ...values,
          })
          .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
          .execute();
      },
      async find(id) {
        const row = await db
          .selectFrom('oauth_grants')
          .where('id', '=', id)
          .select('payload')
          .executeTakeFirst();
        return row?.payload as AdapterPayload | undefined;
      },
      destroy: end,
      revokeByGrantId: end,
      consume: async () => undefined,
      findByUid: async () => undefined,
      findByUserCode: async () => undefined,
    },
  };
}

/** Deletes grants and says of each of their keys that it has ended. */
export async function endGrants(trx: Db, grantIds: readonly string[]): Promise<void> {
  if (grantIds.length === 0) return;
  // A key that is being made holds its grant: it is either deleted here or not made.
  await trx
    .selectFrom('oauth_grants')
    .where('id', 'in', grantIds)
    .orderBy('id')
    .forUpdate()
    .select('id')
    .execute();
  const keys = await trx
    .deleteFrom('api_keys')
    .where('oauth_grant_id', 'in', grantIds)
    .returning('id')
    .execute();
  await trx.deleteFrom('oauth_grants').where('id', 'in', grantIds).execute();
  for (const { id } of keys) await notify(trx, 'api_key_changed', id);
}

/** Ends what a user has allowed applications, but for the one grant that is kept. */
export async function endGrantsOf(trx: Db, userId: string, kept = ''): Promise<void> {
  const grants = await trx
    .selectFrom('oauth_grants')
    .where('user_id', '=', userId)
    .where('id', '<>', kept)
    .select('id')
    .execute();
  await endGrants(
    trx,
    grants.map(({ id }) => id),
  );
}

/** Adds an entry to the allow list of a grant; every server that holds a key of it in memory reads that again. */
export async function admitToGrant(trx: Db, grantId: string, entry: string): Promise<void> {
  await trx
    .updateTable('oauth_grants')
    .set({ allow_list: sql<string[]>`array_append(allow_list, ${entry})` })
    .where('id', '=', grantId)
    .execute();
  const keys = await trx.selectFrom('api_keys').where('oauth_grant_id', '=', grantId).select('id').execute();
  for (const { id } of keys) await notify(trx, 'api_key_changed', id);
}
