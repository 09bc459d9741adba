import * as z from 'zod';
import { route } from '../route.ts';
import { userRef, uuid } from '../schemas/common.ts';
import {
  autofillParameterSchema,
  userAppearanceSchema,
  userPreferencesSchema,
} from '../schemas/user-settings.ts';
import { userSchema } from '../schemas/users.ts';

const tags = ['Users'];
const user = z.object({ user: userRef });
const read = { permission: 'user:read_personal' } as const;
const change = { permission: 'user:update_personal', audit: { action: 'write', resource: 'user' } } as const;

export const userSettingsRoutes = {
  validatePassword: route
    .meta({ auth: 'none', rateLimit: 'login' })
    .route({
      method: 'POST',
      path: '/users/validate-password',
      tags,
      summary: 'Whether a password may be chosen; it is neither kept nor compared with anything',
    })
    .input(z.strictObject({ password: z.string().max(4096) }))
    .output(z.object({ valid: z.boolean(), details: z.string() })),
  loginType: route
    .meta(read)
    .route({ method: 'GET', path: '/users/{user}/login-type', tags, summary: 'How a user signs in' })
    .input(user)
    .output(z.object({ login_type: userSchema.shape.login_type })),
  appearance: route
    .meta(read)
    .route({
      method: 'GET',
      path: '/users/{user}/appearance',
      tags,
      summary: 'How the dashboard looks to a user',
    })
    .input(user)
    .output(userAppearanceSchema),
  updateAppearance: route
    .meta(change)
    .route({
      method: 'PUT',
      path: '/users/{user}/appearance',
      tags,
      summary: 'Change how the dashboard looks to a user',
    })
    .input(userAppearanceSchema.extend({ user: userRef }))
    .output(userAppearanceSchema),
  preferences: route
    .meta(read)
    .route({
      method: 'GET',
      path: '/users/{user}/preferences',
      tags,
      summary: 'What a user has chosen in the dashboard',
    })
    .input(user)
    .output(userPreferencesSchema),
  updatePreferences: route
    .meta(change)
    .route({
      method: 'PUT',
      path: '/users/{user}/preferences',
      tags,
      summary: 'Change what a user has chosen in the dashboard',
    })
    .input(userPreferencesSchema.extend({ user: userRef }))
    .output(userPreferencesSchema),
  autofillParameters: route
    .meta({ permission: 'workspace:read' })
    .route({
      method: 'GET',
      path: '/users/{user}/autofill-parameters',
      tags,
      summary: 'The values that a user last gave the parameters of a template',
    })
    .input(user.extend({ template_id: uuid }))
    .output(z.array(autofillParameterSchema)),
};
