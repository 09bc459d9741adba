import * as z from 'zod';
import { route } from '../route.ts';
import {
  apiKeySchema,
  apiKeyWithOwnerSchema,
  createTokenResponseSchema,
  createTokenSchema,
  tokenConfigSchema,
} from '../schemas/api-keys.ts';
import { paging, queryBoolean, userRef } from '../schemas/common.ts';

const tags = ['API keys'];
const key = z.object({ user: userRef, key: z.string().min(1).max(64) });

export const apiKeyRoutes = {
  createSession: route
    .meta({ permission: 'api_key:create', audit: { action: 'create', resource: 'api_key' } })
    .route({
      method: 'POST',
      path: '/users/{user}/keys',
      tags,
      successStatus: 201,
      summary: 'Create a session key',
    })
    .input(z.object({ user: userRef }))
    .output(createTokenResponseSchema),
  createToken: route
    .meta({
      permission: 'api_key:create',
      session: 'while-approving',
      audit: { action: 'create', resource: 'api_key' },
    })
    .route({
      method: 'POST',
      path: '/users/{user}/keys/tokens',
      tags,
      successStatus: 201,
      summary: 'Create an API token',
    })
    .input(createTokenSchema.extend({ user: userRef }))
    .output(createTokenResponseSchema),
  listTokens: route
    .meta({ permission: 'api_key:read' })
    .route({ method: 'GET', path: '/users/{user}/keys/tokens', tags, summary: 'List API tokens' })
    .input(
      z.object({
        user: userRef,
        include_all: queryBoolean.optional(),
        include_expired: queryBoolean.optional(),
        limit: paging.limit,
        offset: paging.offset,
      }),
    )
    .output(z.array(apiKeyWithOwnerSchema)),
  tokenConfig: route
    .meta({ permission: 'signed-in' })
    .route({
      method: 'GET',
      path: '/users/{user}/keys/tokens/tokenconfig',
      tags,
      summary: 'Limits of API tokens',
    })
    .input(z.object({ user: userRef }))
    .output(tokenConfigSchema),
  getToken: route
    .meta({ permission: 'api_key:read' })
    .route({
      method: 'GET',
      path: '/users/{user}/keys/tokens/{name}',
      tags,
      summary: 'One API token, by name',
    })
    .input(z.object({ user: userRef, name: z.string().min(1).max(64) }))
    .output(apiKeySchema),
  get: route
    // Any token may read its own record; of another key the service asks for api_key:read.
    .meta({ permission: 'signed-in' })
    .route({ method: 'GET', path: '/users/{user}/keys/{key}', tags, summary: 'One key, by id' })
    .input(key)
    .output(apiKeySchema),
  delete: route
    .meta({ permission: 'api_key:delete', audit: { action: 'delete', resource: 'api_key' } })
    .route({
      method: 'DELETE',
      path: '/users/{user}/keys/{key}',
      tags,
      successStatus: 204,
      summary: 'Delete a key',
    })
    .input(key),
  expire: route
    .meta({ permission: 'api_key:delete', audit: { action: 'write', resource: 'api_key' } })
    .route({
      method: 'PUT',
      path: '/users/{user}/keys/{key}/expire',
      tags,
      successStatus: 204,
      summary: 'Expire a key now',
    })
    .input(key),
};
