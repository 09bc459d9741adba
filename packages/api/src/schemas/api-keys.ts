import * as z from 'zod';
import { time, uuid } from './common.ts';

/** One entry of a token's allow list: a resource type and an id, or `*` for all of the type. */
export const allowListEntrySchema = z
  .string()
  .regex(
    /^(\*|[a-z_]+):(\*|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/,
    'must be "<type>:<uuid>" or "<type>:*", for example "workspace:*"',
  );

export const apiKeySchema = z.object({
  id: z.string(),
  user_id: uuid,
  last_used: time,
  expires_at: time,
  created_at: time,
  updated_at: time,
  login_type: z.enum(['password', 'github', 'oidc', 'token', 'oauth2_provider_app']),
  scope: z.enum(['all', 'application_connect']),
  scopes: z.array(z.string()),
  token_name: z.string(),
  lifetime_seconds: z.int(),
  allow_list: z.array(z.string()),
});
export type ApiKey = z.infer<typeof apiKeySchema>;

export const apiKeyWithOwnerSchema = apiKeySchema.extend({ username: z.string() });

export const TOKEN_NAME_PATTERN = /^[a-zA-Z0-9]+(?:[-_. ][a-zA-Z0-9]+)*$/;

export const createTokenSchema = z.strictObject({
  /** Lifetime in nanoseconds, as upstream has it; absent or 0 takes the deployment's default. */
  lifetime: z.number().min(0).optional(),
  token_name: z
    .string()
    .max(64)
    .regex(TOKEN_NAME_PATTERN, 'must be letters, digits, and single - _ . or spaces')
    .optional(),
  scope: z.string().optional(),
  scopes: z.array(z.string()).max(100).optional(),
  allow_list: z.array(allowListEntrySchema).max(128).optional(),
});
export const createTokenResponseSchema = z.object({ key: z.string() });
export const tokenConfigSchema = z.object({ max_token_lifetime: z.number() });
