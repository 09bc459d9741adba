import * as z from 'zod';
import { route } from '../route.ts';
import { uuid } from '../schemas/common.ts';
import {
  consentDecisionSchema,
  consentRequestSchema,
  oauth2AppInputSchema,
  oauth2AppQuerySchema,
  oauth2AppSchema,
  oauth2GrantSchema,
  oauth2NewSecretSchema,
  oauth2SecretSchema,
  oauth2SettingsSchema,
  updatedOAuth2SettingsSchema,
  updateOAuth2SettingsSchema,
} from '../schemas/oauth2.ts';

const consent = ['OAuth2 consent'];
const provider = ['OAuth2 applications'];
const uid = z.string().min(1).max(128);
const userCode = z.string().min(1).max(64);
const app = z.object({ app: uuid });

/** What people decide about applications that want to act for them. The first four take a sign-in, never a token with limits. */
export const oauth2Routes = {
  getInteraction: route
    .meta({ permission: 'signed-in' })
    .route({
      method: 'GET',
      path: '/oauth2/interactions/{uid}',
      tags: consent,
      summary: 'What an application asks for',
    })
    .input(z.object({ uid }))
    .output(consentRequestSchema),
  decideInteraction: route
    .meta({ permission: 'signed-in', audit: { action: 'create', resource: 'oauth2_grant' } })
    .route({
      method: 'POST',
      path: '/oauth2/interactions/{uid}',
      tags: consent,
      summary: 'Allow or deny it; the answer says where the browser goes next',
    })
    .input(consentDecisionSchema.extend({ uid }))
    .output(z.object({ redirect_to: z.string() })),
  getDevice: route
    .meta({ permission: 'signed-in', rateLimit: 'login' })
    .route({
      method: 'GET',
      path: '/oauth2/device/{user_code}',
      tags: consent,
      summary: 'What a device with this code asks for',
    })
    .input(z.object({ user_code: userCode }))
    .output(consentRequestSchema),
  decideDevice: route
    .meta({
      permission: 'signed-in',
      rateLimit: 'login',
      audit: { action: 'create', resource: 'oauth2_grant' },
    })
    .route({
      method: 'POST',
      path: '/oauth2/device/{user_code}',
      tags: consent,
      summary: 'Allow or deny a device',
    })
    .input(consentDecisionSchema.extend({ user_code: userCode }))
    .output(z.object({ decision: z.enum(['allow', 'deny']) })),
  listGrants: route
    .meta({ permission: 'api_key:read' })
    .route({
      method: 'GET',
      path: '/oauth2/grants',
      tags: consent,
      summary: 'Applications that may act for you',
    })
    .output(z.object({ grants: z.array(oauth2GrantSchema) })),
  revokeGrant: route
    .meta({ permission: 'api_key:delete', audit: { action: 'delete', resource: 'oauth2_grant' } })
    .route({
      method: 'DELETE',
      path: '/oauth2/grants/{grant}',
      tags: consent,
      successStatus: 204,
      summary: 'Disconnect an application',
    })
    .input(z.object({ grant: z.string().min(1).max(64) })),
};

/** The applications that an administrator enters, and the deployment's rules for others. */
export const oauth2ProviderRoutes = {
  listApps: route
    .meta({ permission: 'oauth2_app:read' })
    .route({ method: 'GET', path: '/oauth2-provider/apps', tags: provider, summary: 'Applications' })
    .input(oauth2AppQuerySchema)
    .output(z.object({ apps: z.array(oauth2AppSchema), count: z.int() })),
  createApp: route
    .meta({ permission: 'oauth2_app:create', audit: { action: 'create', resource: 'oauth2_app' } })
    .route({
      method: 'POST',
      path: '/oauth2-provider/apps',
      tags: provider,
      successStatus: 201,
      summary: 'Enter an application',
    })
    .input(oauth2AppInputSchema)
    .output(oauth2AppSchema),
  getApp: route
    .meta({ permission: 'oauth2_app:read' })
    .route({ method: 'GET', path: '/oauth2-provider/apps/{app}', tags: provider, summary: 'One application' })
    .input(app)
    .output(oauth2AppSchema),
  updateApp: route
    .meta({ permission: 'oauth2_app:update', audit: { action: 'write', resource: 'oauth2_app' } })
    .route({
      method: 'PUT',
      path: '/oauth2-provider/apps/{app}',
      tags: provider,
      summary: 'Change an application',
    })
    .input(oauth2AppInputSchema.extend({ app: uuid }))
    .output(oauth2AppSchema),
  deleteApp: route
    .meta({ permission: 'oauth2_app:delete', audit: { action: 'delete', resource: 'oauth2_app' } })
    .route({
      method: 'DELETE',
      path: '/oauth2-provider/apps/{app}',
      tags: provider,
      successStatus: 204,
      summary: 'Remove an application and every token it has',
    })
    .input(app),
  listSecrets: route
    .meta({ permission: 'oauth2_app:update' })
    .route({
      method: 'GET',
      path: '/oauth2-provider/apps/{app}/secrets',
      tags: provider,
      summary: 'Secrets of an application',
    })
    .input(app)
    .output(z.array(oauth2SecretSchema)),
  createSecret: route
    .meta({ permission: 'oauth2_app:update', audit: { action: 'create', resource: 'oauth2_app_secret' } })
    .route({
      method: 'POST',
      path: '/oauth2-provider/apps/{app}/secrets',
      tags: provider,
      successStatus: 201,
      summary: 'Make a secret; it is shown this once',
    })
    .input(app)
    .output(oauth2NewSecretSchema),
  deleteSecret: route
    .meta({ permission: 'oauth2_app:update', audit: { action: 'delete', resource: 'oauth2_app_secret' } })
    .route({
      method: 'DELETE',
      path: '/oauth2-provider/apps/{app}/secrets/{secret}',
      tags: provider,
      successStatus: 204,
      summary: 'Remove a secret and every token that was got with it',
    })
    .input(z.object({ app: uuid, secret: uuid })),
  getSettings: route
    .meta({ permission: 'deployment_config:read' })
    .route({
      method: 'GET',
      path: '/oauth2-provider/settings',
      tags: provider,
      summary: 'How applications may register',
    })
    .output(oauth2SettingsSchema),
  updateSettings: route
    .meta({
      permission: 'deployment_config:update',
      audit: { action: 'write', resource: 'deployment_config' },
    })
    .route({
      method: 'PUT',
      path: '/oauth2-provider/settings',
      tags: provider,
      summary: 'Change how applications may register',
    })
    .input(updateOAuth2SettingsSchema)
    .output(updatedOAuth2SettingsSchema),
};
