import { ApiError, type User } from '@coder/api';
import { mayAssignRole, presentRole, siteRoles } from '../authorization/index.ts';
import { api, type RequestContext } from '../http/index.ts';
import type { Organizations } from '../organizations/index.ts';
import type { Change } from './change-user.ts';
import { sessionCookie } from './credentials.ts';
import type { Identity } from './identity.ts';

export type UserRoutesDeps = {
  identity: Pick<Identity, 'users' | 'firstUser' | 'sessions' | 'secureCookie' | 'refuseForeignPage'>;
  organizations: Organizations;
};

/** The routes of users and of the sign-in by password. */
export const userRoutes = ({ identity, organizations }: UserRoutesDeps) => {
  const { users, firstUser, sessions, secureCookie, refuseForeignPage } = identity;
  return {
    hasFirst: api.users.hasFirst.handler(async () => {
      if (await firstUser.exists()) return { message: 'The initial user has already been created!' };
      throw new ApiError('NOT_FOUND', { message: 'The initial user has not been created!' });
    }),

    createFirst: api.users.createFirst.handler(async ({ input, context }) => {
      // A page elsewhere could otherwise have the browser make it the owner, or sign its user in as somebody else.
      refuseForeignPage(context.request.headers);
      const created = await firstUser.create(input);
      context.audit.target(created.user_id, input.username);
      context.audit.actor({ id: created.user_id, username: input.username, email: input.email });
      return created;
    }),

    authMethods: api.users.authMethods.handler(() => ({
      password: { enabled: true },
      github: { enabled: false, default_provider_configured: false },
      oidc: { enabled: false, signInText: '', iconUrl: '' },
    })),

    login: api.users.login.handler(async ({ input, context }) => {
      context.audit.target('', input.email.slice(0, 254));
      refuseForeignPage(context.request.headers);
      const session = await sessions.login(input, context.request.ip);
      context.audit.target(session.keyId, session.user.username);
      context.audit.actor(session.user);
      context.reply.header(
        'Set-Cookie',
        sessionCookie(session.token, { secure: secureCookie, maxAgeSeconds: sessions.lifetimeSeconds }),
      );
      return { session_token: session.token };
    }),

    logout: api.users.logout.handler(async ({ context }) => {
      const actor = context.actor!;
      context.audit.target(actor.key.id, actor.user.username);
      await sessions.logout(actor);
      context.reply.header('Set-Cookie', sessionCookie('', { secure: secureCookie, maxAgeSeconds: 0 }));
      return { message: 'Logged out!' };
    }),

    list: api.users.list.handler(({ input, context }) => users.list(context.actor!, input)),

    create: api.users.create.handler(async ({ input, context }) =>
      audited(context, await users.create(context.actor!, input)),
    ),

    roles: api.users.roles.handler(({ context }) =>
      Object.keys(siteRoles).map((name) => ({
        ...presentRole(name),
        assignable: mayAssignRole(context.actor!.user.roles, name),
        built_in: true,
      })),
    ),

    get: api.users.get.handler(({ input, context }) => users.get(context.actor!, input.user)),

    delete: api.users.delete.handler(async ({ input, context }) => {
      const user = audited(context, await users.delete(context.actor!, input.user));
      return { message: `User ${user.username} has been deleted.` };
    }),

    updateProfile: api.users.updateProfile.handler(async ({ input, context }) => {
      const { user, username, name } = input;
      return changed(context, await users.updateProfile(context.actor!, user, { username, name }));
    }),

    suspend: api.users.suspend.handler(async ({ input, context }) =>
      changed(context, await users.setStatus(context.actor!, input.user, 'suspended')),
    ),

    activate: api.users.activate.handler(async ({ input, context }) =>
      changed(context, await users.setStatus(context.actor!, input.user, 'active')),
    ),

    updatePassword: api.users.updatePassword.handler(async ({ input, context }) => {
      audited(context, await users.setPassword(context.actor!, input.user, input));
      context.audit.diff('hashed_password', '', '', true);
    }),

    getRoles: api.users.getRoles.handler(({ input, context }) => users.roles(context.actor!, input.user)),

    updateRoles: api.users.updateRoles.handler(async ({ input, context }) =>
      changed(context, await users.setRoles(context.actor!, input.user, input.roles)),
    ),

    organizations: api.users.organizations.handler(async ({ input, context }) => {
      const { id } = await users.get(context.actor!, input.user);
      return organizations.ofUser(context.actor!, id, input);
    }),

    organizationByName: api.users.organizationByName.handler(async ({ input, context }) => {
      const { id } = await users.get(context.actor!, input.user);
      const organization = await organizations.get(context.actor!, input.organization);
      if (await organizations.isMember(id, organization.id)) return organization;
      throw new ApiError('NOT_FOUND', {
        message: `User ${JSON.stringify(input.user)} is no member of the organization "${organization.name}".`,
      });
    }),
  };
};

function audited(context: RequestContext, user: User): User {
  context.audit.target(user.id, user.username);
  return user;
}

/** Puts what a change has changed into the audit row. */
function changed(context: RequestContext, { before, after }: Change): User {
  const names = (user: User) => user.roles.map(({ name }) => name);
  for (const field of ['username', 'name', 'status'] as const) {
    if (before[field] !== after[field]) context.audit.diff(field, before[field], after[field]);
  }
  if (names(before).join() !== names(after).join()) context.audit.diff('roles', names(before), names(after));
  return audited(context, after);
}
