import * as z from 'zod';
import { nameSchema, time, uuid } from './common.ts';

export const siteRoles = ['owner', 'template-admin', 'user-admin', 'auditor', 'member'] as const;

export const slimRoleSchema = z.object({
  name: z.string(),
  display_name: z.string(),
  organization_id: z.string().optional(),
});
export type SlimRole = z.infer<typeof slimRoleSchema>;

export const userSchema = z.object({
  id: uuid,
  username: z.string(),
  name: z.string(),
  avatar_url: z.string(),
  email: z.string(),
  created_at: time,
  updated_at: time,
  last_seen_at: time,
  status: z.enum(['active', 'dormant', 'suspended']),
  login_type: z.enum(['password', 'github', 'oidc', 'token', 'none']),
  organization_ids: z.array(uuid),
  roles: z.array(slimRoleSchema),
});
export type User = z.infer<typeof userSchema>;

export const passwordSchema = z
  .string()
  .min(8, 'must be at least 8 characters long')
  .max(256, 'must be at most 256 characters long');

export const createFirstUserSchema = z.strictObject({
  email: z.email('must be an email address').max(254),
  username: nameSchema,
  name: z.string().max(128).optional(),
  password: passwordSchema,
  trial: z.boolean().optional(),
  trial_info: z.unknown().optional(),
});
export const createFirstUserResponseSchema = z.object({ user_id: uuid, organization_id: uuid });

export const createUserSchema = z.strictObject({
  email: z.email('must be an email address').max(254),
  username: nameSchema,
  name: z.string().max(128).optional(),
  password: z.string().max(256).optional(),
  login_type: z.enum(['password', 'github', 'oidc', 'none']).optional(),
  organization_ids: z.array(uuid).optional(),
  user_status: z.enum(['active', 'dormant']).optional(),
});

export const loginSchema = z.strictObject({ email: z.string().min(1), password: z.string().min(1) });
export const loginResponseSchema = z.object({ session_token: z.string() });

export const authMethodsSchema = z.object({
  terms_of_service_url: z.string().optional(),
  password: z.object({ enabled: z.boolean() }),
  github: z.object({ enabled: z.boolean(), default_provider_configured: z.boolean() }),
  oidc: z.object({ enabled: z.boolean(), signInText: z.string(), iconUrl: z.string() }),
});

/** A user beside others in a list, where more would be too much. */
export const minimalUserSchema = z.object({
  id: uuid,
  username: z.string(),
  name: z.string(),
  avatar_url: z.string(),
});
export type MinimalUser = z.infer<typeof minimalUserSchema>;

export const assignableRoleSchema = slimRoleSchema.extend({ assignable: z.boolean(), built_in: z.boolean() });
