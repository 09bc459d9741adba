import * as z from 'zod';
import { nameSchema, time, uuid } from './common.ts';
import { slimRoleSchema } from './users.ts';

export const organizationRoles = [
  'organization-admin',
  'organization-template-admin',
  'organization-user-admin',
  'organization-auditor',
  'organization-workspace-creation-ban',
  'organization-member',
] as const;

export const organizationSchema = z.object({
  id: uuid,
  name: z.string(),
  display_name: z.string(),
  description: z.string(),
  icon: z.string(),
  created_at: time,
  updated_at: time,
  is_default: z.boolean(),
});
export type Organization = z.infer<typeof organizationSchema>;

/** What may be chosen about an organization. A name is taken in any case; `default` stands for the default organization. */
export const organizationFields = {
  name: nameSchema.refine(
    (name) => name.toLowerCase() !== 'default',
    '"default" is reserved; choose another',
  ),
  display_name: z.string().max(128),
  description: z.string().max(1024),
  icon: z.string().max(2048),
};
export const createOrganizationSchema = z
  .strictObject(organizationFields)
  .partial({ display_name: true, description: true, icon: true });
export const updateOrganizationSchema = z.strictObject(organizationFields).partial();

export const organizationMembershipSchema = z.object({
  user_id: uuid,
  organization_id: uuid,
  created_at: time,
  updated_at: time,
  roles: z.array(slimRoleSchema),
});
export type OrganizationMembership = z.infer<typeof organizationMembershipSchema>;

/**
 * A member with who it is. Whoever may not read the user sees neither its address (empty) nor its site roles (none).
 */
export const organizationMemberSchema = organizationMembershipSchema.extend({
  username: z.string(),
  name: z.string(),
  avatar_url: z.string(),
  email: z.string(),
  global_roles: z.array(slimRoleSchema),
});
export type OrganizationMember = z.infer<typeof organizationMemberSchema>;
