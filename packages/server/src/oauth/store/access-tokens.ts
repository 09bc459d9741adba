import { type Adapter, type AdapterPayload, Provider } from 'oidc-provider';
import { APPLICATION_LOGIN } from '../../authorization/index.ts';
import type { Clock } from '../../clock.ts';
import { type Db, inTransaction, notify } from '../../database/index.ts';
import { parseApiKey, secretMatches } from '../../identity/index.ts';
import { hashOf, whileGranted } from './artifacts.ts';

/**
 * Access tokens are API keys like any other, which belong to a grant: whatever verifies, limits and revokes keys holds for
 * them too. Only the hash of the secret half is kept.
 */
export function createAccessTokenStore({ db, clock }: { db: Db; clock: Clock }): Adapter {
  async function remove(where: { id: string } | { grantId: string }): Promise<void> {
    await inTransaction(db, async (trx) => {
      const query = trx.deleteFrom('api_keys').where('login_type', '=', APPLICATION_LOGIN);
      const keys = await ('id' in where
        ? query.where('id', '=', where.id)
        : query.where('oauth_grant_id', '=', where.grantId)
      )
        .returning('id')
        .execute();
      for (const { id } of keys) await notify(trx, 'api_key_changed', id);
    });
  }

  return {
    async upsert(token, payload, expiresIn = 0) {
      const parts = parseApiKey(token);
      if ('problem' in parts) throw new Error('an access token has not the form of an API key');
      const now = clock.now();
      await whileGranted(() =>
        db
          .insertInto('api_keys')
          .values({
            id: parts.id,
            hashed_secret: hashOf(parts.secret),
            user_id: payload.accountId ?? '',
            login_type: APPLICATION_LOGIN,
            token_name: `${payload.accountId}_${payload.clientId}_oauth_session_token`.slice(0, 256),
            lifetime_seconds: expiresIn,
            scopes: (payload.scope ?? '').split(' ').filter(Boolean),
            // The list of its grant counts.
            allow_list: [],
            oauth_grant_id: payload.grantId ?? '',
            audience: typeof payload.aud === 'string' ? payload.aud : (payload.aud?.[0] ?? ''),
            // To be given out is a use, and from there.
            ip_address: Provider.ctx?.ip ?? '',
            last_used: now,
            expires_at: new Date(now.getTime() + expiresIn * 1_000),
            created_at: now,
            updated_at: now,
          })
          .execute(),
      );
    },
    async find(token) {
      const parts = parseApiKey(token);
      if ('problem' in parts) return undefined;
      const row = await db
        .selectFrom('api_keys')
        .innerJoin('oauth_grants', 'oauth_grants.id', 'api_keys.oauth_grant_id')
        .where('api_keys.id', '=', parts.id)
        .select([
          'api_keys.hashed_secret',
          'api_keys.user_id',
          'api_keys.scopes',
          'api_keys.audience',
          'api_keys.oauth_grant_id',
          'api_keys.created_at',
          'api_keys.expires_at',
          'oauth_grants.client_id',
        ])
        .executeTakeFirst();
      if (!row || !secretMatches(parts.secret, row.hashed_secret)) return undefined;
      return {
        kind: 'AccessToken',
        jti: token,
        accountId: row.user_id,
        clientId: row.client_id,
        grantId: row.oauth_grant_id,
        scope: row.scopes.join(' '),
        aud: row.audience,
        iat: Math.floor(row.created_at.getTime() / 1_000),
        exp: Math.floor(row.expires_at.getTime() / 1_000),
      } as AdapterPayload;
    },
    async destroy(token) {
      const parts = parseApiKey(token);
      if ('id' in parts) await remove({ id: parts.id });
    },
    revokeByGrantId: (grantId) => remove({ grantId }),
    consume: async () => undefined,
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
  };
}
