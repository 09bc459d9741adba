import * as z from 'zod';
import { nameSchema, queryInteger, time, uuid } from './common.ts';
import { minimalUserSchema, userSchema } from './users.ts';

/** The group of all members of an organization. Its id is the organization's, and nobody joins or leaves it otherwise. */
export const EVERYONE = 'Everyone';

/** How many members an answer about a group names; `GET /groups/{group}/members` has all, page by page. */
export const GROUP_MEMBERS_SHOWN = 100;

/** A user as a group shows it. The address is empty, and no time is said, to those who may not read the user. */
export const reducedUserSchema = minimalUserSchema.extend({
  email: z.string(),
  created_at: time,
  updated_at: time,
  last_seen_at: time.optional(),
  status: userSchema.shape.status,
  login_type: userSchema.shape.login_type,
});
export type ReducedUser = z.infer<typeof reducedUserSchema>;

export const groupSchema = z.object({
  id: uuid,
  name: z.string(),
  display_name: z.string(),
  organization_id: uuid,
  organization_name: z.string(),
  organization_display_name: z.string(),
  /** The first {@link GROUP_MEMBERS_SHOWN} by name. */
  members: z.array(reducedUserSchema),
  total_member_count: z.int(),
  avatar_url: z.string(),
  /** Credits that it gives to each of its members. */
  quota_allowance: z.int(),
  source: z.enum(['user', 'oidc']),
});
export type Group = z.infer<typeof groupSchema>;

const groupFields = {
  name: nameSchema.refine(
    (name) => name.toLowerCase() !== EVERYONE.toLowerCase(),
    `"${EVERYONE}" is the group of all members; choose another name`,
  ),
  display_name: z.string().max(128),
  avatar_url: z.string().max(2048),
  quota_allowance: z.int().min(0, 'must not be negative').max(2_147_483_647),
};
export const createGroupSchema = z
  .strictObject(groupFields)
  .partial({ display_name: true, avatar_url: true, quota_allowance: true });

const userIds = z.array(uuid).max(1000, 'must have at most 1000 entries');
export const updateGroupSchema = z
  .strictObject({ ...groupFields, add_users: userIds, remove_users: userIds })
  .partial();

/** `GET /groups`: in one organization (name, id or `default`), of one user (name, id or `me`), of these ids (with commas). */
export const groupsQuery = {
  organization: z.string().min(1).max(100).optional(),
  has_member: z.string().min(1).max(100).optional(),
  group_ids: z.string().max(4096).optional(),
  limit: queryInteger.min(0).max(200).optional(),
  offset: queryInteger.min(0).optional(),
};
