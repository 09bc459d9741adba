import { ApiError, type OAuth2Client, type OAuth2Grant } from '@coder/api';
import { type Actor, ALLOW_ALL, ALLOW_CREATED, authorize } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';
import { capabilityTitles } from './capabilities.ts';
import type { GrantStore } from './store/grants.ts';

export type Connections = {
  /** The applications that may act for the actor, the newest first. */
  list(actor: Actor): Promise<OAuth2Grant[]>;
  /** Disconnects one; every token of it ends at once. Gives its name. */
  revoke(actor: Actor, grantId: string): Promise<string>;
  /** Disconnects an application wherever it is connected for the actor. */
  revokeClient(actor: Actor, clientId: string): Promise<void>;
};

/** What a user sees and ends of what he has allowed. Two devices of one application are two entries. */
export function createConnections(deps: { db: Db; clock: Clock; grants: GrantStore }): Connections {
  const { db, clock, grants } = deps;
  return {
    async list(actor) {
      authorize(actor, 'read', { type: 'api_key', ownerId: actor.user.id });
      const rows = await db
        .selectFrom('oauth_grants')
        .leftJoinLateral(
          (eb) =>
            eb
              .selectFrom('api_keys')
              .whereRef('api_keys.oauth_grant_id', '=', 'oauth_grants.id')
              .select(['last_used', 'ip_address'])
              .orderBy('last_used', 'desc')
              .limit(1)
              .as('used'),
          (join) => join.onTrue(),
        )
        .where('user_id', '=', actor.user.id)
        .where('expires_at', '>', clock.now())
        // A grant is described when it has been decided completely.
        .where('resource', '<>', '')
        .selectAll('oauth_grants')
        .select(['used.last_used', 'used.ip_address as used_ip'])
        .orderBy('created_at', 'desc')
        .execute();
      return rows.map((row) => ({
        id: row.id,
        user_id: row.user_id,
        application: row.application as OAuth2Client,
        scopes: row.scopes,
        capabilities: capabilityTitles(row.scopes),
        allow_list: row.allow_list,
        workspaces: row.allow_list.includes(ALLOW_ALL)
          ? ('all' as const)
          : row.allow_list.includes(ALLOW_CREATED)
            ? ('created' as const)
            : ('chosen' as const),
        resource: row.resource,
        created_at: row.created_at.toISOString(),
        expires_at: row.expires_at.toISOString(),
        last_used_at: row.last_used?.toISOString() ?? null,
        last_used_ip: row.used_ip ?? '',
        ip: row.ip,
      }));
    },

    async revoke(actor, grantId) {
      const row = await db
        .selectFrom('oauth_grants')
        .where('id', '=', grantId)
        .select(['user_id', 'application'])
        .executeTakeFirst();
      if (!row) throw new ApiError('NOT_FOUND', { message: 'There is no such connection.' });
      authorize(actor, 'delete', { type: 'api_key', id: grantId, ownerId: row.user_id });
      await grants.end(grantId);
      return (row.application as Partial<OAuth2Client>).name ?? '';
    },

    async revokeClient(actor, clientId) {
      authorize(actor, 'delete', { type: 'api_key', ownerId: actor.user.id });
      const rows = await db
        .selectFrom('oauth_grants')
        .where('user_id', '=', actor.user.id)
        .where('client_id', '=', clientId)
        .select('id')
        .execute();
      for (const { id } of rows) await grants.end(id);
    },
  };
}
