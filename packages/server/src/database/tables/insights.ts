import type { Generated } from 'kysely';
import type { Time } from './columns.ts';

interface WorkspaceUsageTable {
  workspace_id: string;
  /** The half hour. */
  began_at: Time;
  template_id: string;
  user_id: string;
  minutes: number;
  last_minute: Time;
}

interface UserStatusChangesTable {
  id: Generated<number>;
  user_id: string;
  status: string;
  changed_at: Time;
}

/** The tables of `insights`, by their names. */
export interface InsightsTables {
  workspace_usage: WorkspaceUsageTable;
  user_status_changes: UserStatusChangesTable;
}
