import * as z from 'zod';
import { route } from '../route.ts';
import { nameSchema, organizationRef, paging, responseMessage, userRef } from '../schemas/common.ts';
import { organizationSchema } from '../schemas/organizations.ts';
import {
  assignableRoleSchema,
  authMethodsSchema,
  createFirstUserResponseSchema,
  createFirstUserSchema,
  createUserSchema,
  loginResponseSchema,
  loginSchema,
  passwordSchema,
  userSchema,
} from '../schemas/users.ts';

const tags = ['Users'];
const user = z.object({ user: userRef });

export const userRoutes = {
  hasFirst: route
    .meta({ auth: 'none' })
    .route({
      method: 'GET',
      path: '/users/first',
      tags,
      summary: 'Whether the first user exists (404 when not)',
    })
    .output(responseMessage),
  createFirst: route
    .meta({ auth: 'none', rateLimit: 'login', audit: { action: 'create', resource: 'user' } })
    .route({
      method: 'POST',
      path: '/users/first',
      tags,
      successStatus: 201,
      summary: 'Create the first user, an owner',
    })
    .input(createFirstUserSchema)
    .output(createFirstUserResponseSchema),
  authMethods: route
    .meta({ auth: 'none' })
    .route({ method: 'GET', path: '/users/authmethods', tags, summary: 'Ways to sign in' })
    .output(authMethodsSchema),
  login: route
    .meta({ auth: 'none', rateLimit: 'login', audit: { action: 'login', resource: 'api_key' } })
    .route({
      method: 'POST',
      path: '/users/login',
      tags,
      successStatus: 201,
      summary: 'Sign in with a password',
    })
    .input(loginSchema)
    .output(loginResponseSchema),
  logout: route
    .meta({ permission: 'signed-in', audit: { action: 'logout', resource: 'api_key' } })
    .route({ method: 'POST', path: '/users/logout', tags, summary: 'End this session' })
    .output(responseMessage),
  list: route
    .meta({ permission: 'user:read' })
    .route({ method: 'GET', path: '/users', tags, summary: 'List users' })
    .input(z.object({ q: z.string().max(1024).optional(), ...paging }))
    .output(z.object({ users: z.array(userSchema), count: z.int() })),
  create: route
    .meta({
      permission: 'user:create',
      session: 'while-approving',
      audit: { action: 'create', resource: 'user' },
    })
    .route({ method: 'POST', path: '/users', tags, successStatus: 201, summary: 'Create a user' })
    .input(createUserSchema)
    .output(userSchema),
  roles: route
    .meta({ permission: 'assign_role:read' })
    .route({ method: 'GET', path: '/users/roles', tags, summary: 'Site roles' })
    .output(z.array(assignableRoleSchema)),
  get: route
    .meta({ permission: 'signed-in' })
    .route({ method: 'GET', path: '/users/{user}', tags, summary: 'One user, by id, name or "me"' })
    .input(user)
    .output(userSchema),
  delete: route
    .meta({ permission: 'user:delete', audit: { action: 'delete', resource: 'user' } })
    .route({ method: 'DELETE', path: '/users/{user}', tags, summary: 'Delete a user' })
    .input(user)
    .output(responseMessage),
  updateProfile: route
    .meta({ permission: 'user:update_personal', audit: { action: 'write', resource: 'user' } })
    .route({ method: 'PUT', path: '/users/{user}/profile', tags, summary: 'Change username and name' })
    .input(z.strictObject({ user: userRef, username: nameSchema, name: z.string().max(128) }))
    .output(userSchema),
  suspend: route
    .meta({ permission: 'user:update', audit: { action: 'write', resource: 'user' } })
    .route({ method: 'PUT', path: '/users/{user}/status/suspend', tags, summary: 'Suspend a user' })
    .input(user)
    .output(userSchema),
  activate: route
    .meta({ permission: 'user:update', audit: { action: 'write', resource: 'user' } })
    .route({ method: 'PUT', path: '/users/{user}/status/activate', tags, summary: 'Activate a user' })
    .input(user)
    .output(userSchema),
  updatePassword: route
    .meta({
      permission: 'user:update_personal',
      rateLimit: 'login',
      session: 'while-approving',
      audit: { action: 'write', resource: 'user' },
    })
    .route({
      method: 'PUT',
      path: '/users/{user}/password',
      tags,
      successStatus: 204,
      summary: 'Change a password',
    })
    .input(z.strictObject({ user: userRef, old_password: z.string().optional(), password: passwordSchema })),
  getRoles: route
    .meta({ permission: 'user:read' })
    .route({ method: 'GET', path: '/users/{user}/roles', tags, summary: "A user's roles" })
    .input(user)
    .output(
      z.object({ roles: z.array(z.string()), organization_roles: z.record(z.string(), z.array(z.string())) }),
    ),
  updateRoles: route
    .meta({
      permission: 'assign_role:assign',
      session: 'while-approving',
      audit: { action: 'write', resource: 'user' },
    })
    .route({ method: 'PUT', path: '/users/{user}/roles', tags, summary: "Set a user's site roles" })
    .input(z.strictObject({ user: userRef, roles: z.array(z.string()).max(16) }))
    .output(userSchema),
  organizations: route
    .meta({ permission: 'signed-in' })
    .route({ method: 'GET', path: '/users/{user}/organizations', tags, summary: "A user's organizations" })
    .input(user.extend(paging))
    .output(z.array(organizationSchema)),
  organizationByName: route
    .meta({ permission: 'signed-in' })
    .route({
      method: 'GET',
      path: '/users/{user}/organizations/{organization}',
      tags,
      summary: "One of a user's organizations",
    })
    .input(user.extend({ organization: organizationRef }))
    .output(organizationSchema),
};
