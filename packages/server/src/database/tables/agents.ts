import type { ColumnType, Generated } from 'kysely';
import type { Defaulted, Json, Time } from './columns.ts';

interface WorkspaceAgentsTable {
  id: string;
  resource_id: string;
  build_id: string;
  workspace_id: string;
  name: string;
  /** SHA-256 of the token the agent dials with; null when the agent may no longer connect. */
  token_hash: Defaulted<Buffer | null>;
  /** The agent part of the template's manifest, with its substitutions made (scripts, metadata, apps, env, directory). */
  spec: Json;
  lifecycle_state: Defaulted<string>;
  operating_system: Defaulted<string>;
  architecture: Defaulted<string>;
  version: Defaulted<string>;
  directory: Defaulted<string>;
  expanded_directory: Defaulted<string>;
  environment: ColumnType<unknown, string | undefined, string>;
  connection_timeout_seconds: Defaulted<number>;
  troubleshooting_url: Defaulted<string>;
  cpu_limit: Defaulted<number | null>;
  memory_limit: Defaulted<number | null>;
  disk_limit: Defaulted<number | null>;
  /** The run of the agent and the last of its events that is stored here. */
  boot_id: Defaulted<string | null>;
  last_event_seq: Defaulted<number>;
  /** The replica that holds its link. */
  replica_id: Defaulted<string | null>;
  logs_length: Defaulted<number>;
  logs_overflowed: Defaulted<boolean>;
  first_connected_at: Defaulted<Time | null>;
  last_connected_at: Defaulted<Time | null>;
  disconnected_at: Defaulted<Time | null>;
  started_at: Defaulted<Time | null>;
  ready_at: Defaulted<Time | null>;
  created_at: Time;
  updated_at: Time;
}

interface WorkspaceAgentLogsTable {
  id: Generated<number>;
  agent_id: string;
  source_id: string;
  level: string;
  output: string;
  created_at: Time;
}

interface WorkspaceAgentMetadataTable {
  agent_id: string;
  key: string;
  display_name: string;
  value: Defaulted<string>;
  error: Defaulted<string>;
  collected_at: Defaulted<Time | null>;
}

interface WorkspaceAgentStatsTable {
  agent_id: string;
  workspace_id: string;
  at: Time;
  cpu_cores: number;
  memory_bytes: number;
  disk_bytes: number;
  processes: number;
}

interface WorkspaceAppsTable {
  id: string;
  agent_id: string;
  slug: string;
  display_name: Defaulted<string>;
  icon: Defaulted<string>;
  url: Defaulted<string | null>;
  command: Defaulted<string | null>;
  external: Defaulted<boolean>;
  subdomain: Defaulted<boolean>;
  sharing_level: Defaulted<string>;
  app_group: Defaulted<string>;
  hidden: Defaulted<boolean>;
  open_in: Defaulted<string>;
  healthcheck_url: Defaulted<string>;
  healthcheck_interval: Defaulted<number>;
  healthcheck_threshold: Defaulted<number>;
  health: Defaulted<string>;
  position: Defaulted<number>;
  created_at: Time;
}

interface WorkspaceAppStatusesTable {
  id: string;
  workspace_id: string;
  agent_id: string;
  app_id: string;
  state: string;
  message: string;
  uri: Defaulted<string>;
  created_at: Time;
}

interface UsedFileLinksTable {
  link_hash: Buffer;
  expires_at: Time;
}

/** The tables of `agents`, by their names. */
export interface AgentsTables {
  used_file_links: UsedFileLinksTable;
  workspace_agents: WorkspaceAgentsTable;
  workspace_agent_logs: WorkspaceAgentLogsTable;
  workspace_agent_metadata: WorkspaceAgentMetadataTable;
  workspace_agent_stats: WorkspaceAgentStatsTable;
  workspace_apps: WorkspaceAppsTable;
  workspace_app_statuses: WorkspaceAppStatusesTable;
}
