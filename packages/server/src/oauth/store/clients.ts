import { randomUUID } from 'node:crypto';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Clock } from '../../clock.ts';
import { type Db, inTransaction } from '../../database/index.ts';
import { randomText } from '../../identity/index.ts';
import { hashOf } from './artifacts.ts';
import { endGrants } from './grants.ts';

/** What stands in a client's record where the library expects its secret. No secret has this form, and it opens nothing. */
const secretPlaceholder = 'kept-as-hashes';

export type ClientStore = {
  readonly adapter: Adapter;
  /** Which of an application's secrets this is; it counts as used now. */
  matchSecret(clientId: string, secret: string): Promise<string | undefined>;
  /** Somebody has been asked about it, so it is kept for longer. */
  touch(clientId: string): Promise<void>;
  /** The scopes that an administrator has limited an application to; undefined for no limit. */
  allowedScopes(clientId: string): Promise<string[] | undefined>;
  /** Adds a secret; it is shown this once. */
  addSecret(appId: string, on?: Db): Promise<{ id: string; secret: string }>;
  /** Removes an application with everything it was allowed. */
  remove(appId: string): Promise<void>;
};

/** Upstream's form: `coder_`, ten letters and digits, and forty that are the secret. */
export const newSecret = (): string => `coder_${randomText(10)}_${randomText(40)}`;

const isUuid = (id: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);

/** Applications that an administrator entered or that registered themselves, in `oauth_apps`; their secrets only as hashes. */
export function createClientStore({ db, clock }: { db: Db; clock: Clock }): ClientStore {
  async function insertSecret(on: Db, appId: string, secret: string): Promise<string> {
    const id = randomUUID();
    await on
      .insertInto('oauth_app_secrets')
      .values({
        id,
        app_id: appId,
        hashed_secret: hashOf(secret),
        truncated: secret.slice(-6),
        created_at: clock.now(),
      })
      .execute();
    return id;
  }

  async function remove(appId: string): Promise<void> {
    await inTransaction(db, async (trx) => {
      const grants = await trx.selectFrom('oauth_grants').where('app_id', '=', appId).select('id').execute();
      await endGrants(
        trx,
        grants.map(({ id }) => id),
      );
      await trx.deleteFrom('oauth_apps').where('id', '=', appId).execute();
    });
  }

  return {
    remove,
    async addSecret(appId, on = db) {
      const secret = newSecret();
      return { id: await insertSecret(on, appId, secret), secret };
    },
    async touch(clientId) {
      if (!isUuid(clientId)) return;
      await db
        .updateTable('oauth_apps')
        .set({ updated_at: clock.now() })
        .where('id', '=', clientId)
        .where('kind', '=', 'dcr')
        .execute();
    },
    async allowedScopes(clientId) {
      if (!isUuid(clientId)) return undefined;
      const row = await db
        .selectFrom('oauth_apps')
        .where('id', '=', clientId)
        .select('scope')
        .executeTakeFirst();
      return row?.scope ? row.scope.split(' ') : undefined;
    },
    async matchSecret(clientId, secret) {
      if (!isUuid(clientId)) return undefined;
      const row = await db
        .updateTable('oauth_app_secrets')
        .set({ last_used_at: clock.now() })
        .where('app_id', '=', clientId)
        .where('hashed_secret', '=', hashOf(secret))
        .returning('id')
        .executeTakeFirst();
      return row?.id;
    },
    adapter: {
      async find(id) {
        if (!isUuid(id)) return undefined;
        const row = await db
          .selectFrom('oauth_apps')
          .where('id', '=', id)
          .select(['name', 'metadata', 'scope'])
          .executeTakeFirst();
        if (!row) return undefined;
        const metadata = row.metadata as AdapterPayload;
        return {
          ...metadata,
          client_id: id,
          client_name: row.name,
          ...(metadata.token_endpoint_auth_method === 'none' ||
          metadata.token_endpoint_auth_method === 'private_key_jwt'
            ? {}
            : { client_secret: secretPlaceholder }),
        };
      },
      async upsert(id, { client_secret: secret, client_name: name, scope: _, ...metadata }) {
        const now = clock.now();
        const values = {
          name: typeof name === 'string' && name !== '' ? name : 'Dynamically Registered Client',
          icon: typeof metadata.logo_uri === 'string' ? metadata.logo_uri : '',
          metadata: JSON.stringify(metadata),
          updated_at: now,
        };
        await inTransaction(db, async (trx) => {
          await trx
            .insertInto('oauth_apps')
            .values({ id, kind: 'dcr', created_at: now, ...values })
            .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
            .execute();
          if (secret && secret !== secretPlaceholder) await insertSecret(trx, id, secret);
        });
      },
      async destroy(id) {
        if (isUuid(id)) await remove(id);
      },
      consume: async () => undefined,
      findByUid: async () => undefined,
      findByUserCode: async () => undefined,
      revokeByGrantId: async () => undefined,
    },
  };
}
