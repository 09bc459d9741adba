import * as z from 'zod';
import { paging, time, uuid } from './common.ts';

/** How the server knows an application: an administrator entered it, it registered itself, or it publishes a document. */
export const oauth2ClientKinds = ['preregistered', 'dcr', 'cimd'] as const;

/** What a consent may cover, in the order people read it. */
export const capabilityIds = [
  'look',
  'operate',
  'work',
  'templates',
  'delete',
  'account',
  'everything',
] as const;
export type CapabilityId = (typeof capabilityIds)[number];

export const oauth2ClientSchema = z.object({
  /** The client id: a UUID, or the address of the application's own metadata document. */
  id: z.string(),
  name: z.string(),
  kind: z.enum(oauth2ClientKinds),
  /** Absolute http(s) addresses, or empty. */
  icon: z.string(),
  uri: z.string(),
  /** The host that vouches for the application (the host of its metadata document); empty when nobody does. */
  verified_host: z.string(),
  registered_at: time.nullable(),
});
export type OAuth2Client = z.infer<typeof oauth2ClientSchema>;

export const capabilitySchema = z.object({
  id: z.enum(capabilityIds),
  title: z.string(),
  description: z.string(),
  /** The scopes that allowing it grants, none beyond what was asked for. */
  scopes: z.array(z.string()),
  /** Whether the page should begin with it allowed. */
  suggested: z.boolean(),
});
export type Capability = z.infer<typeof capabilitySchema>;

/** Where the answer goes. */
export const redirectTargetSchema = z.object({
  uri: z.string(),
  /** `claude.ai`, `127.0.0.1`, or the scheme alone (`cursor:`) for a private one. */
  host: z.string(),
  kind: z.enum(['https', 'loopback', 'private-scheme']),
});

export const consentWorkspaceSchema = z.object({
  id: uuid,
  name: z.string(),
  template_name: z.string(),
  icon: z.string(),
});

/** Everything that a consent page shows. Texts that come from the application are data: never markup, never a link to follow. */
export const consentRequestSchema = z.object({
  kind: z.enum(['consent', 'device']),
  application: oauth2ClientSchema,
  user: z.object({ username: z.string(), email: z.string(), avatar_url: z.string() }),
  /** Null for a device, which asks for its token itself. */
  redirect: redirectTargetSchema.nullable(),
  requested_scopes: z.array(z.string()),
  capabilities: z.array(capabilitySchema),
  /** The address that the token will be good for. */
  resource: z.string(),
  workspaces: z.array(consentWorkspaceSchema),
  /** How long the connection may last, in seconds. */
  expiry_choices: z.array(z.int()),
  default_expires_in: z.int(),
  expires_at: time,
  /** From where a device asked; null for a consent in the same browser. */
  device: z.object({ user_code: z.string(), ip: z.string(), user_agent: z.string() }).nullable(),
});
export type ConsentRequest = z.infer<typeof consentRequestSchema>;

export const workspaceChoiceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({ kind: z.literal('chosen'), ids: z.array(uuid).min(1).max(100) }),
  /** Only those that the application creates itself. */
  z.strictObject({ kind: z.literal('created') }),
]);
export type WorkspaceChoice = z.infer<typeof workspaceChoiceSchema>;

export const consentDecisionSchema = z.strictObject({
  decision: z.enum(['allow', 'deny']),
  /** Needed to allow: at least one. */
  capabilities: z.array(z.enum(capabilityIds)).max(capabilityIds.length).optional(),
  workspaces: workspaceChoiceSchema.optional(),
  /** Seconds, from a minute to a year. */
  expires_in: z.int().min(60).max(31_536_000).optional(),
});
export type ConsentDecision = z.infer<typeof consentDecisionSchema>;

export const oauth2GrantSchema = z.object({
  id: z.string(),
  user_id: uuid,
  application: oauth2ClientSchema,
  scopes: z.array(z.string()),
  capabilities: z.array(z.object({ id: z.enum(capabilityIds), title: z.string() })),
  allow_list: z.array(z.string()),
  workspaces: z.enum(['all', 'chosen', 'created']),
  resource: z.string(),
  created_at: time,
  expires_at: time,
  last_used_at: time.nullable(),
  /** From where it was last used, and from where it was allowed. */
  last_used_ip: z.string(),
  ip: z.string(),
});
export type OAuth2Grant = z.infer<typeof oauth2GrantSchema>;

export const oauth2AppSchema = z.object({
  id: uuid,
  name: z.string(),
  /** The first of `redirect_uris`. */
  callback_url: z.string(),
  redirect_uris: z.array(z.string()),
  icon: z.string(),
  /** The scopes it may ask for, separated by spaces; empty for any. */
  scope: z.string(),
  kind: z.enum(['preregistered', 'dcr']),
  token_endpoint_auth_method: z.string(),
  created_at: time,
  updated_at: time,
  endpoints: z.object({
    authorization: z.string(),
    token: z.string(),
    token_revoke: z.string(),
    device_authorization: z.string(),
  }),
});
export type OAuth2App = z.infer<typeof oauth2AppSchema>;

const redirectUri = z.string().min(1).max(2048);
export const oauth2AppInputSchema = z.strictObject({
  name: z.string().trim().min(1, 'must not be empty').max(64, 'must be at most 64 characters long'),
  callback_url: redirectUri.optional(),
  redirect_uris: z.array(redirectUri).min(1).max(32).optional(),
  icon: z.string().max(2048).optional(),
  scope: z.string().max(4096).optional(),
});
export const oauth2AppQuerySchema = z.object({
  user_id: uuid.optional(),
  q: z.string().max(256).optional(),
  limit: paging.limit,
  offset: paging.offset,
});

export const oauth2SecretSchema = z.object({
  id: uuid,
  last_used_at: time.nullable(),
  client_secret_truncated: z.string(),
});
export const oauth2NewSecretSchema = z.object({ id: uuid, client_secret_full: z.string() });

export const registrationModes = ['on', 'off', 'token'] as const;
export const oauth2SettingsSchema = z.object({
  /** Upstream's switch: whether applications can register themselves at all. */
  dynamic_client_registration_enabled: z.boolean(),
  /** `token`: only with the initial access token that an administrator gives out. */
  dynamic_client_registration: z.enum(registrationModes),
  /** Whether applications may identify themselves by the address of a metadata document. */
  client_id_metadata_documents_enabled: z.boolean(),
});
export type OAuth2Settings = z.infer<typeof oauth2SettingsSchema>;
export const updateOAuth2SettingsSchema = z.strictObject({
  dynamic_client_registration_enabled: z.boolean().optional(),
  dynamic_client_registration: z.enum(registrationModes).optional(),
  client_id_metadata_documents_enabled: z.boolean().optional(),
});
export const updatedOAuth2SettingsSchema = oauth2SettingsSchema.extend({
  /** A new initial access token, shown this once, when registration was set to `token`. */
  initial_access_token: z.string().optional(),
});
