import type { ColumnType } from 'kysely';
import type { Defaulted, Time } from './columns.ts';

interface GroupsTable {
  /** The organization's for the group of all its members. */
  id: string;
  organization_id: string;
  name: string;
  display_name: Defaulted<string>;
  avatar_url: Defaulted<string>;
  quota_allowance: Defaulted<number>;
  member_limits: ColumnType<unknown, string | undefined, string>;
  total_limits: ColumnType<unknown, string | undefined, string>;
  created_at: Time;
  updated_at: Time;
}

interface GroupMembersTable {
  group_id: string;
  organization_id: string;
  user_id: string;
  created_at: Time;
}

/** Read only: who is in which group, the groups of all members included. */
interface GroupMembershipView {
  group_id: string;
  user_id: string;
}

/** The tables of `groups`, by their names. */
export interface GroupsTables {
  groups: GroupsTable;
  group_members: GroupMembersTable;
  group_membership: GroupMembershipView;
}
