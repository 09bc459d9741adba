import * as z from 'zod';
import { uuid } from './common.ts';
import { groupSchema } from './groups.ts';
import { minimalUserSchema } from './users.ts';

/**
 * What a workspace may be shared as. `use`: see it, start and stop it, work inside, open its apps. `admin`: also change its
 * settings and with whom it is shared. Neither may delete it.
 */
export const workspaceRoles = ['use', 'admin'] as const;
export type WorkspaceRole = (typeof workspaceRoles)[number];
export const workspaceRoleSchema = z.enum(workspaceRoles);

/** With whom a workspace is shared. */
export const workspaceAclSchema = z.object({
  users: z.array(minimalUserSchema.extend({ role: workspaceRoleSchema })),
  groups: z.array(groupSchema.extend({ role: workspaceRoleSchema })),
});
export type WorkspaceAcl = z.infer<typeof workspaceAclSchema>;

/** At most so many users and groups may share one workspace. */
export const MAX_SHARES = 200;

/** By the id of a user or group; an empty role ends the sharing. */
const roleChanges = z
  .record(uuid, z.union([workspaceRoleSchema, z.literal('')], { error: 'must be "use", "admin" or ""' }))
  .refine((roles) => Object.keys(roles).length <= MAX_SHARES, `must have at most ${MAX_SHARES} entries`);
export const updateWorkspaceAclSchema = z
  .strictObject({ user_roles: roleChanges, group_roles: roleChanges })
  .partial();
export type UpdateWorkspaceAcl = z.infer<typeof updateWorkspaceAclSchema>;

/** With whom a workspace is shared, beside the workspace. */
export const sharedActorSchema = z.object({
  id: uuid,
  actor_type: z.enum(['user', 'group']),
  name: z.string(),
  avatar_url: z.string().optional(),
  roles: z.array(workspaceRoleSchema),
});
export type SharedActor = z.infer<typeof sharedActorSchema>;
