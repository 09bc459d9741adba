import { passwordSchema } from '@coder/api';
import { authorize } from '../authorization/index.ts';
import { api, type RequestContext } from '../http/index.ts';
import type { UserSettings } from './user-settings.ts';
import type { Users } from './users.ts';

type Deps = { users: Users; settings: UserSettings };

/** The routes of what users have set for themselves, and of how they sign in. */
export const userSettingsRoutes = ({ users, settings }: Deps) => {
  const change = async (
    context: RequestContext,
    ref: string,
    key: 'appearance' | 'preferences',
    value: object,
  ) => {
    const { id, username } = await users.get(context.actor!, ref);
    context.audit.target(id, username);
    const before: object = await settings.write(context.actor!, id, key, value as never);
    for (const [field, now] of Object.entries(value)) {
      const old = (before as Record<string, unknown>)[field];
      if (old !== now) context.audit.diff(field, old, now);
    }
  };

  return {
    validatePassword: api.users.validatePassword.handler(({ input }) => {
      const { error } = passwordSchema.safeParse(input.password);
      return { valid: error === undefined, details: error ? `It ${error.issues[0]?.message}.` : '' };
    }),
    loginType: api.users.loginType.handler(async ({ input, context }) => {
      const { id, login_type } = await users.get(context.actor!, input.user);
      authorize(context.actor!, 'read_personal', { type: 'user', id });
      return { login_type };
    }),
    appearance: api.users.appearance.handler(async ({ input, context }) => {
      const { id } = await users.get(context.actor!, input.user);
      return settings.read(context.actor!, id, 'appearance');
    }),
    updateAppearance: api.users.updateAppearance.handler(async ({ input: { user, ...value }, context }) => {
      await change(context, user, 'appearance', value);
      return value;
    }),
    preferences: api.users.preferences.handler(async ({ input, context }) => {
      const { id } = await users.get(context.actor!, input.user);
      return settings.read(context.actor!, id, 'preferences');
    }),
    updatePreferences: api.users.updatePreferences.handler(async ({ input: { user, ...value }, context }) => {
      await change(context, user, 'preferences', value);
      return value;
    }),
  };
};
