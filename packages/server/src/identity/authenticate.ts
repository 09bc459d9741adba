import { createHash } from 'node:crypto';
import { ApiError, MCP_PATH } from '@coder/api';
import { APPLICATION_LOGIN } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';
import type { Authenticate, AuthenticateAgent } from '../http/index.ts';
import { parseApiKey, secretMatches } from './api-key-format.ts';
import { findToken, isCrossSite, sessionCookie } from './credentials.ts';
import type { KeyUse } from './key-use.ts';
import { unauthenticated, type VerifiedKeys } from './verified-keys.ts';

export type AuthenticateOptions = {
  keys: VerifiedKeys;
  use: KeyUse;
  clock: Clock;
  /** Where browsers reach the deployment: the one origin whose pages may use the cookie. */
  accessUrl: string;
};

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Makes the function that tells who sends a request. */
export function createAuthenticate({ keys, use, clock, accessUrl }: AuthenticateOptions): Authenticate {
  // A token of an application is good for the whole deployment, whichever of its two addresses it was asked for.
  const audiences = new Set(['', accessUrl, `${accessUrl}${MCP_PATH}`]);
  const secure = accessUrl.startsWith('https:');
  return async ({ method, url, headers, ip, upgrade, setCookie }) => {
    const found = findToken(headers, url, secure);
    if (!found) throw unauthenticated('The request carries no session token.');
    if (found.fromCookie && (upgrade || !safeMethods.has(method)) && isCrossSite(headers, accessUrl)) {
      throw new ApiError('FORBIDDEN', {
        message: 'The request comes from a page of another site.',
        detail:
          'Send the token in the Coder-Session-Token header, or open the dashboard at the access URL of the deployment.',
      });
    }
    const parts = parseApiKey(found.token);
    if ('problem' in parts) throw unauthenticated(`Invalid API key format: ${parts.problem}.`);
    const key = await keys.find(parts.id);
    if (!key) throw unauthenticated('API key is invalid.');
    if (!secretMatches(parts.secret, key.hashedSecret)) throw unauthenticated('API key secret is invalid.');
    if (found.fromQuery && key.actor.key.loginType === APPLICATION_LOGIN) {
      throw unauthenticated(
        'The token of an application is sent in the Authorization header, never in an address.',
      );
    }
    if (!audiences.has(key.audience)) {
      throw unauthenticated(`The token's audience is ${key.audience}, not this deployment.`);
    }
    const now = clock.now();
    if (key.expiresAt <= now) throw unauthenticated(`API key expired at ${key.expiresAt.toISOString()}.`);
    if (key.userStatus === 'suspended') {
      throw unauthenticated('User is not active (status = "suspended"). Contact an admin to reactivate it.');
    }
    const isExtended = use.note(key, now, ip);
    if (isExtended && found.fromCookie) {
      setCookie?.(sessionCookie(found.token, { secure, maxAgeSeconds: key.lifetimeSeconds }));
    }
    return key.actor;
  };
}

/** Makes the function that tells which workspace's agent sends a request. */
export function createAuthenticateAgent({ db }: { db: Db }): AuthenticateAgent {
  return async ({ url, headers }) => {
    const found = findToken(headers, url, false);
    if (!found || found.fromCookie) throw unauthenticated('The request carries no agent token.');
    const agent = await db
      .selectFrom('workspace_agents')
      .where('token_hash', '=', createHash('sha256').update(found.token).digest())
      .select(['id', 'workspace_id'])
      .executeTakeFirst();
    if (!agent) {
      throw unauthenticated(
        'The agent token is not valid: its workspace was built again, stopped or deleted.',
      );
    }
    return { id: agent.id, workspaceId: agent.workspace_id };
  };
}
