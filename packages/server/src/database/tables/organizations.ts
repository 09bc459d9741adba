import type { ColumnType } from 'kysely';
import type { Defaulted, Time } from './columns.ts';

interface OrganizationsTable {
  id: string;
  name: string;
  display_name: string;
  description: Defaulted<string>;
  icon: Defaulted<string>;
  is_default: Defaulted<boolean>;
  deleted: Defaulted<boolean>;
  created_at: Time;
  updated_at: Time;
}

interface OrganizationMembersTable {
  user_id: string;
  organization_id: string;
  roles: Defaulted<string[]>;
  /** Limits of this member by resource, as JSON; what is absent is left to the member's groups. */
  resource_limits: ColumnType<unknown, string | undefined, string>;
  created_at: Time;
  updated_at: Time;
}

/** The tables of `organizations`, by their names. */
export interface OrganizationsTables {
  organizations: OrganizationsTable;
  organization_members: OrganizationMembersTable;
}
