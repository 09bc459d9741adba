import { sql } from 'kysely';
import type { Db } from '../../database/index.ts';
import { parseApiKey } from '../../identity/index.ts';
import { hashOf } from './artifacts.ts';

/** Who acts by which application, as far as it is known. */
export type Known = { userId?: string; username?: string; application?: string };

/** What rows of the audit log say of the steps of applications. */
export type KnownParties = {
  /** Whose an access token is that was given out just now, and which application's. */
  ofToken(accessToken: string): Promise<Known>;
  /** Who has decided about a request. */
  ofInteraction(uid: string): Promise<Known & { clientId?: string }>;
};

export function createKnownParties(db: Db): KnownParties {
  return {
    async ofToken(accessToken) {
      const parts = parseApiKey(accessToken);
      if ('problem' in parts) return {};
      const row = await db
        .selectFrom('api_keys')
        .innerJoin('users', 'users.id', 'api_keys.user_id')
        .innerJoin('oauth_grants', 'oauth_grants.id', 'api_keys.oauth_grant_id')
        .where('api_keys.id', '=', parts.id)
        .select(['users.id', 'users.username', 'oauth_grants.application'])
        .executeTakeFirst();
      if (!row) return {};
      const { name = '' } = row.application as { name?: string };
      return { userId: row.id, username: row.username, application: name };
    },

    async ofInteraction(uid) {
      const found = await db
        .selectFrom('oauth_artifacts')
        .leftJoin('users', (join) =>
          join.on(sql<boolean>`users.id::text = payload->'result'->'login'->>'accountId'`),
        )
        .where('kind', '=', 'Interaction')
        .where('id_hash', '=', hashOf(uid))
        .select([
          'users.id',
          'users.username',
          sql<string | null>`payload->'params'->>'client_id'`.as('client_id'),
        ])
        .executeTakeFirst();
      if (!found) return {};
      return {
        ...(found.id === null ? {} : { userId: found.id, username: found.username ?? '' }),
        ...(found.client_id === null ? {} : { clientId: found.client_id }),
      };
    },
  };
}
