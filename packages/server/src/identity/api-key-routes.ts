import { type ApiKey, MAX_PAGE_SIZE } from '@coder/api';
import { api, type RequestContext } from '../http/index.ts';
import type { Identity } from './identity.ts';

/** The routes of sessions and API tokens. The text of a key is in the answer that makes it, and in no other. */
export const apiKeyRoutes = ({ identity }: { identity: Pick<Identity, 'apiKeys' | 'sessions'> }) => {
  const { apiKeys, sessions } = identity;
  return {
    createSession: api.apiKeys.createSession.handler(async ({ input, context }) => {
      const session = await sessions.create(context.actor!, input.user, context.request.ip);
      context.audit.target(session.keyId, session.user.username);
      return { key: session.token };
    }),

    createToken: api.apiKeys.createToken.handler(async ({ input, context }) => {
      const { user, ...request } = input;
      const created = await apiKeys.createToken(context.actor!, user, request, context.request.ip);
      context.audit.target(created.id, created.name);
      context.audit.diff('scopes', [], created.scopes);
      context.audit.diff('allow_list', [], created.allowList);
      return { key: created.key };
    }),

    listTokens: api.apiKeys.listTokens.handler(({ input, context }) =>
      apiKeys.list(context.actor!, input.user, {
        includeAll: input.include_all ?? false,
        includeExpired: input.include_expired ?? false,
        limit: input.limit || MAX_PAGE_SIZE,
        offset: input.offset ?? 0,
      }),
    ),

    tokenConfig: api.apiKeys.tokenConfig.handler(() => ({ max_token_lifetime: apiKeys.maxLifetime() })),

    getToken: api.apiKeys.getToken.handler(({ input, context }) =>
      apiKeys.getByName(context.actor!, input.user, input.name),
    ),

    get: api.apiKeys.get.handler(({ input, context }) => apiKeys.get(context.actor!, input.user, input.key)),

    delete: api.apiKeys.delete.handler(async ({ input, context }) => {
      audited(context, await apiKeys.delete(context.actor!, input.user, input.key));
    }),

    expire: api.apiKeys.expire.handler(async ({ input, context }) => {
      audited(context, await apiKeys.expire(context.actor!, input.user, input.key));
    }),
  };
};

function audited(context: RequestContext, key: ApiKey): void {
  context.audit.target(key.id, key.token_name || key.id);
}
