import type { ColumnType } from 'kysely';
import type { Defaulted, Time } from './columns.ts';

interface WorkspacesTable {
  id: string;
  owner_id: string;
  organization_id: string;
  template_id: string;
  name: string;
  deleted: Defaulted<boolean>;
  autostart_schedule: Defaulted<string | null>;
  ttl_ms: Defaulted<number | null>;
  automatic_updates: Defaulted<string>;
  favorite: Defaulted<boolean>;
  next_start_at: Defaulted<Time | null>;
  dormant_at: Defaulted<Time | null>;
  deleting_at: Defaulted<Time | null>;
  last_used_at: Time;
  created_at: Time;
  updated_at: Time;
}

interface WorkspaceBuildsTable {
  id: string;
  workspace_id: string;
  build_number: number;
  template_version_id: string;
  transition: string;
  reason: string;
  initiator_id: string;
  job_id: string;
  /** What the provisioner must know to find again what it made. */
  provisioner_state: ColumnType<unknown, string | undefined, string>;
  parameters: ColumnType<unknown, string | undefined, string>;
  preset_id: Defaulted<string | null>;
  orphan: Defaulted<boolean>;
  /** It was canceled before it began, and the workspace is as the build before it left it. */
  withdrawn: Defaulted<boolean>;
  daily_cost: Defaulted<number>;
  /** What a start asks for; null where its template sets no limit. */
  cpu_cores: Defaulted<number | null>;
  memory_bytes: Defaulted<number | null>;
  disk_bytes: Defaulted<number | null>;
  deadline: Defaulted<Time | null>;
  max_deadline: Defaulted<Time | null>;
  created_at: Time;
  updated_at: Time;
}

interface WorkspaceResourcesTable {
  id: string;
  build_id: string;
  job_id: string;
  transition: string;
  type: string;
  name: string;
  icon: Defaulted<string>;
  hide: Defaulted<boolean>;
  metadata: ColumnType<unknown, string | undefined, string>;
  daily_cost: Defaulted<number>;
  created_at: Time;
}

/** With a user or with a group, never both. */
interface WorkspaceSharesTable {
  workspace_id: string;
  organization_id: string;
  user_id: Defaulted<string | null>;
  group_id: Defaulted<string | null>;
  role: string;
  created_at: Time;
}

interface WorkspacePortSharesTable {
  workspace_id: string;
  agent_name: string;
  port: number;
  share_level: string;
  created_at: Time;
}

/** The tables of `workspaces`, by their names. */
export interface WorkspacesTables {
  workspaces: WorkspacesTable;
  workspace_builds: WorkspaceBuildsTable;
  workspace_resources: WorkspaceResourcesTable;
  workspace_shares: WorkspaceSharesTable;
  workspace_port_shares: WorkspacePortSharesTable;
}
