import type { ColumnType, Generated } from 'kysely';

/** A column with a default: it may be left out of an insert. */
type Defaulted<T> = Generated<T>;
/** JSON that is written as text, because `pg` would turn an array into a PostgreSQL array. */
type Json<T = unknown> = ColumnType<T, string, string>;
type Time = Date;

export interface SiteSettingsTable {
  key: string;
  value: string;
}

export interface ReplicasTable {
  id: string;
  hostname: string;
  /** Where other replicas reach this one; empty when there is only one. */
  address: string;
  version: string;
  started_at: Time;
  heartbeat_at: Time;
  stopped_at: Defaulted<Time | null>;
}

export interface OrganizationsTable {
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

export interface UsersTable {
  id: string;
  username: string;
  email: string;
  name: Defaulted<string>;
  avatar_url: Defaulted<string>;
  /** argon2id in PHC string form; null for users who do not sign in with a password. */
  hashed_password: Defaulted<string | null>;
  status: string;
  login_type: string;
  rbac_roles: Defaulted<string[]>;
  deleted: Defaulted<boolean>;
  created_at: Time;
  updated_at: Time;
  last_seen_at: Time;
}

export interface UserSettingsTable {
  user_id: string;
  key: string;
  value: Json;
  updated_at: Time;
}

export interface OrganizationMembersTable {
  user_id: string;
  organization_id: string;
  roles: Defaulted<string[]>;
  /** Limits of this member by resource, as JSON; what is absent is left to the member's groups. */
  resource_limits: ColumnType<unknown, string | undefined, string>;
  created_at: Time;
  updated_at: Time;
}

export interface GroupsTable {
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

export interface GroupMembersTable {
  group_id: string;
  organization_id: string;
  user_id: string;
  created_at: Time;
}

/** Read only: who is in which group, the groups of all members included. */
export interface GroupMembershipView {
  group_id: string;
  user_id: string;
}

/** With a user or with a group, never both. */
export interface WorkspaceSharesTable {
  workspace_id: string;
  organization_id: string;
  user_id: Defaulted<string | null>;
  group_id: Defaulted<string | null>;
  role: string;
  created_at: Time;
}

export interface ApiKeysTable {
  id: string;
  hashed_secret: Buffer;
  user_id: string;
  login_type: string;
  token_name: Defaulted<string>;
  lifetime_seconds: number;
  scopes: string[];
  allow_list: string[];
  ip_address: Defaulted<string>;
  last_used: Time;
  expires_at: Time;
  created_at: Time;
  updated_at: Time;
  oauth_grant_id: Defaulted<string | null>;
  /** Which resource a token of an application is for; empty for all other keys. */
  audience: Defaulted<string>;
}

export interface OAuthAppsTable {
  id: string;
  name: string;
  icon: Defaulted<string>;
  kind: string;
  /** The scopes it may ask for; empty for any. */
  scope: Defaulted<string>;
  metadata: Json;
  created_at: Time;
  updated_at: Time;
}

export interface OAuthAppSecretsTable {
  id: string;
  app_id: string;
  hashed_secret: Buffer;
  truncated: string;
  created_at: Time;
  last_used_at: Defaulted<Time | null>;
}

export interface OAuthGrantsTable {
  id: string;
  user_id: string;
  client_id: string;
  app_id: Defaulted<string | null>;
  secret_id: Defaulted<string | null>;
  /** The application as it was shown when the user decided. */
  application: ColumnType<unknown, string | undefined, string>;
  payload: Json;
  scopes: Defaulted<string[]>;
  allow_list: Defaulted<string[]>;
  resource: Defaulted<string>;
  ip: Defaulted<string>;
  created_at: Time;
  expires_at: Time;
}

export interface OAuthArtifactsTable {
  kind: string;
  id_hash: Buffer;
  grant_id: Defaulted<string | null>;
  lookup_hash: Defaulted<Buffer | null>;
  payload: Json;
  consumed_at: Defaulted<Time | null>;
  expires_at: Time;
}

export interface OAuthClientDocumentsTable {
  url: string;
  body: string;
  fetched_at: Time;
}

export interface FilesTable {
  id: string;
  hash: string;
  mimetype: string;
  data: Buffer;
  created_by: string;
  created_at: Time;
}

export interface ProvisionerJobsTable {
  id: string;
  type: string;
  status: string;
  organization_id: string;
  initiator_id: string;
  file_id: string;
  input: ColumnType<unknown, string | undefined, string>;
  error: Defaulted<string | null>;
  error_code: Defaulted<string | null>;
  /** The replica that runs it; what a dead replica left is taken over by another. */
  worker_id: Defaulted<string | null>;
  logs_overflowed: Defaulted<boolean>;
  logs_length: Defaulted<number>;
  steps: ColumnType<unknown, string | undefined, string>;
  created_at: Time;
  updated_at: Time;
  started_at: Defaulted<Time | null>;
  canceled_at: Defaulted<Time | null>;
  completed_at: Defaulted<Time | null>;
}

export interface ProvisionerJobLogsTable {
  id: Generated<number>;
  job_id: string;
  source: string;
  level: string;
  stage: string;
  output: string;
  created_at: Time;
}

export interface TemplatesTable {
  id: string;
  organization_id: string;
  name: string;
  display_name: Defaulted<string>;
  description: Defaulted<string>;
  icon: Defaulted<string>;
  active_version_id: string;
  created_by: string;
  deleted: Defaulted<boolean>;
  deprecation_message: Defaulted<string>;
  default_ttl_ms: Defaulted<number>;
  activity_bump_ms: Defaulted<number>;
  failure_ttl_ms: Defaulted<number>;
  time_til_dormant_ms: Defaulted<number>;
  time_til_dormant_autodelete_ms: Defaulted<number>;
  allow_user_autostart: Defaulted<boolean>;
  allow_user_autostop: Defaulted<boolean>;
  allow_user_cancel_workspace_jobs: Defaulted<boolean>;
  require_active_version: Defaulted<boolean>;
  max_port_share_level: Defaulted<string>;
  created_at: Time;
  updated_at: Time;
}

export interface TemplateVersionsTable {
  id: string;
  template_id: Defaulted<string | null>;
  organization_id: string;
  name: string;
  message: Defaulted<string>;
  readme: Defaulted<string>;
  /** The checked manifest; null until the import has succeeded. */
  manifest: ColumnType<unknown, string | null | undefined, string | null>;
  file_id: string;
  job_id: string;
  created_by: string;
  archived: Defaulted<boolean>;
  created_at: Time;
  updated_at: Time;
}

export interface TemplateVersionPresetsTable {
  id: string;
  template_version_id: string;
  name: string;
  description: Defaulted<string>;
  icon: Defaulted<string>;
  is_default: Defaulted<boolean>;
  parameters: ColumnType<unknown, string | undefined, string>;
  position: Defaulted<number>;
}

export interface WorkspacesTable {
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

export interface WorkspaceBuildsTable {
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

export interface WorkspaceResourcesTable {
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

export interface WorkspaceAgentsTable {
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

export interface WorkspaceAgentLogsTable {
  id: Generated<number>;
  agent_id: string;
  source_id: string;
  level: string;
  output: string;
  created_at: Time;
}

export interface WorkspaceAgentMetadataTable {
  agent_id: string;
  key: string;
  display_name: string;
  value: Defaulted<string>;
  error: Defaulted<string>;
  collected_at: Defaulted<Time | null>;
}

export interface WorkspaceAgentStatsTable {
  agent_id: string;
  workspace_id: string;
  at: Time;
  cpu_cores: number;
  memory_bytes: number;
  disk_bytes: number;
  processes: number;
}

export interface WorkspaceUsageTable {
  workspace_id: string;
  /** The half hour. */
  began_at: Time;
  template_id: string;
  user_id: string;
  minutes: number;
  last_minute: Time;
}

export interface WorkspacePortSharesTable {
  workspace_id: string;
  agent_name: string;
  port: number;
  share_level: string;
  created_at: Time;
}

export interface UserStatusChangesTable {
  id: Generated<number>;
  user_id: string;
  status: string;
  changed_at: Time;
}

export interface WorkspaceAppsTable {
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

export interface WorkspaceAppStatusesTable {
  id: string;
  workspace_id: string;
  agent_id: string;
  app_id: string;
  state: string;
  message: string;
  uri: Defaulted<string>;
  created_at: Time;
}

export interface IdempotencyKeysTable {
  user_id: string;
  key: string;
  route: string;
  /** SHA-256 of the request: the same key for another request is refused. */
  request_hash: Buffer;
  /** What the first request made. */
  resource_id: string;
  created_at: Time;
}

export interface AuditLogsTable {
  id: string;
  time: Time;
  request_id: string;
  user_id: Defaulted<string | null>;
  username: Defaulted<string>;
  email: Defaulted<string>;
  api_key_id: Defaulted<string>;
  ip: Defaulted<string>;
  user_agent: Defaulted<string>;
  resource_type: string;
  resource_id: Defaulted<string>;
  resource_target: Defaulted<string>;
  action: string;
  diff: ColumnType<unknown, string | undefined, string>;
  /** Null from the intent until the outcome is known. */
  status_code: Defaulted<number | null>;
  duration_ms: Defaulted<number | null>;
  description: Defaulted<string>;
  additional_fields: ColumnType<unknown, string | undefined, string>;
}

export interface ApprovalPoliciesTable {
  user_id: string;
  classes: string[];
  updated_at: Time;
}

export interface ApprovalsTable {
  id: string;
  user_id: string;
  holder: string;
  digest: Buffer;
  class: string;
  route: string;
  via: string;
  tool: string | null;
  application: Json | null;
  token_name: string | null;
  target_type: string;
  target_id: string;
  target_name: string;
  facts: Json;
  arguments: string;
  arguments_sha256: string;
  ip: string;
  user_agent: string;
  created_at: Time;
  expires_at: Time;
  decision: Defaulted<string | null>;
  decided_at: Defaulted<Time | null>;
  decided_by: Defaulted<string | null>;
  reason: Defaulted<string>;
  used_at: Defaulted<Time | null>;
}

/** Every table of the schema, by its name. */
export interface Tables {
  site_settings: SiteSettingsTable;
  replicas: ReplicasTable;
  organizations: OrganizationsTable;
  users: UsersTable;
  user_settings: UserSettingsTable;
  organization_members: OrganizationMembersTable;
  groups: GroupsTable;
  group_members: GroupMembersTable;
  group_membership: GroupMembershipView;
  workspace_shares: WorkspaceSharesTable;
  api_keys: ApiKeysTable;
  oauth_apps: OAuthAppsTable;
  oauth_app_secrets: OAuthAppSecretsTable;
  oauth_grants: OAuthGrantsTable;
  oauth_artifacts: OAuthArtifactsTable;
  oauth_client_documents: OAuthClientDocumentsTable;
  files: FilesTable;
  provisioner_jobs: ProvisionerJobsTable;
  provisioner_job_logs: ProvisionerJobLogsTable;
  templates: TemplatesTable;
  template_versions: TemplateVersionsTable;
  template_version_presets: TemplateVersionPresetsTable;
  workspaces: WorkspacesTable;
  workspace_builds: WorkspaceBuildsTable;
  workspace_resources: WorkspaceResourcesTable;
  workspace_agents: WorkspaceAgentsTable;
  workspace_agent_logs: WorkspaceAgentLogsTable;
  workspace_agent_metadata: WorkspaceAgentMetadataTable;
  workspace_agent_stats: WorkspaceAgentStatsTable;
  workspace_usage: WorkspaceUsageTable;
  workspace_port_shares: WorkspacePortSharesTable;
  user_status_changes: UserStatusChangesTable;
  workspace_apps: WorkspaceAppsTable;
  workspace_app_statuses: WorkspaceAppStatusesTable;
  idempotency_keys: IdempotencyKeysTable;
  audit_logs: AuditLogsTable;
  approval_policies: ApprovalPoliciesTable;
  approvals: ApprovalsTable;
}
