import { ApiError } from '@coder/api';
import type { Actor } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import type { Db, Notifications } from '../database/index.ts';
import type { Authenticate, AuthenticateAgent } from '../http/index.ts';
import type { Logger } from '../logger.ts';
import { type ApiKeys, createApiKeys } from './api-keys.ts';
import { createAuthenticate, createAuthenticateAgent } from './authenticate.ts';
import { isCrossSite } from './credentials.ts';
import { createFirstUser, type FirstUser } from './first-user.ts';
import { createKeyUse } from './key-use.ts';
import { createLongVisits, type LongVisits } from './long-visits.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createUsers, type EndGrants, type Users } from './users.ts';
import { createVerifiedKeys } from './verified-keys.ts';

export type IdentityOptions = {
  db: Db;
  notifications: Notifications;
  clock: Clock;
  log: Logger;
  /** Where browsers reach the deployment; decides whose pages may use the cookie, and whether it needs https. */
  accessUrl: string;
  /** Durations in milliseconds. */
  sessionDurationMs: number;
  defaultTokenLifetimeMs: number;
  maxTokenLifetimeMs: number;
  endGrants: EndGrants;
  disableSessionRefresh?: boolean;
  disableOwnerWorkspaceAccess?: boolean;
  disableWorkspaceSharing?: boolean;
};

export type Identity = {
  readonly authenticate: Authenticate;
  readonly authenticateAgent: AuthenticateAgent;
  /** Whom a key stands for, as long as the key has not ended and its user may sign in: for what was given out to a key's holder. */
  actorOfKey(keyId: string): Promise<Actor | undefined>;
  /** Ends what outlives the request that began it once its user or key may do less, or nothing. */
  readonly whileGood: LongVisits['whileGood'];
  /** Lets go at once of what is held in memory of users whose memberships or shares have changed. */
  readonly forget: { user(userId: string): void; group(groupId: string): void };
  readonly firstUser: FirstUser;
  readonly sessions: Sessions;
  readonly users: Users;
  readonly apiKeys: ApiKeys;
  /** Whether the session cookie is for https only. */
  readonly secureCookie: boolean;
  /** Throws FORBIDDEN for a request that a page of another site has made the browser send. */
  refuseForeignPage(headers: Headers): void;
  /** Stops listening and writes what is still waiting. */
  close(): Promise<void>;
};

/** Everything about who somebody is. It listens for revoked keys and changed users before it answers anything. */
export async function createIdentity(options: IdentityOptions): Promise<Identity> {
  const { db, notifications, clock, log, accessUrl } = options;
  const keys = createVerifiedKeys({
    db,
    clock,
    withoutOwnerWorkspaceAccess: options.disableOwnerWorkspaceAccess ?? false,
    withoutSharing: options.disableWorkspaceSharing ?? false,
  });
  const use = createKeyUse({
    db,
    clock,
    log,
    disableSessionRefresh: options.disableSessionRefresh ?? false,
  });
  async function actorOfKey(keyId: string): Promise<Actor | undefined> {
    const key = await keys.find(keyId);
    return key && key.expiresAt > clock.now() && key.userStatus !== 'suspended' ? key.actor : undefined;
  }
  const visits = createLongVisits({ actorOf: actorOfKey, log });
  const missed = () => {
    keys.forgetAll();
    visits.checkAll();
  };
  const stopListening = await Promise.all([
    notifications.listen('api_key_changed', {
      notify(keyId) {
        keys.forgetKey(keyId);
        visits.keyChanged(keyId);
      },
      missed,
    }),
    notifications.listen('user_changed', {
      notify(userId) {
        keys.forgetUser(userId);
        visits.userChanged(userId);
      },
      missed,
    }),
    notifications.listen('group_changed', {
      notify(groupId) {
        keys.forgetGroup(groupId);
        visits.groupChanged(groupId);
      },
      missed,
    }),
  ]);
  return {
    authenticate: createAuthenticate({ keys, use, clock, accessUrl }),
    authenticateAgent: createAuthenticateAgent({ db }),
    actorOfKey,
    whileGood: visits.whileGood,
    forget: { user: keys.forgetUser, group: keys.forgetGroup },
    firstUser: createFirstUser({ db, clock }),
    sessions: createSessions({ db, clock, keys, sessionDurationMs: options.sessionDurationMs }),
    users: createUsers({ db, clock, keys, endGrants: options.endGrants }),
    apiKeys: createApiKeys({
      db,
      clock,
      keys,
      limits: {
        defaultLifetimeMs: options.defaultTokenLifetimeMs,
        maxLifetimeMs: options.maxTokenLifetimeMs,
      },
    }),
    secureCookie: accessUrl.startsWith('https:'),
    refuseForeignPage(headers) {
      if (!isCrossSite(headers, accessUrl)) return;
      throw new ApiError('FORBIDDEN', {
        message: 'The request comes from a page of another site.',
        detail: 'Open the dashboard at the access URL of the deployment, or use the coder command.',
      });
    },
    async close() {
      for (const stop of stopListening) stop();
      visits.close();
      await use.close();
    },
  };
}
