import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** Users, tokens, templates, workspaces, builds, agents and the audit log. */
export const initial: Migration = {
  name: '0001-initial',
  async up(trx) {
    await sql.raw(schema).execute(trx);
  },
};

const schema = /* sql */ `
create table site_settings (
  key text primary key,
  value text not null
);

create table replicas (
  id uuid primary key,
  hostname text not null,
  -- Where other replicas reach this one; empty when there is only one.
  address text not null,
  version text not null,
  started_at timestamptz not null,
  heartbeat_at timestamptz not null,
  stopped_at timestamptz
);

create table organizations (
  id uuid primary key,
  name text not null,
  display_name text not null,
  description text not null default '',
  icon text not null default '',
  is_default boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index organizations_name on organizations (lower(name));
create unique index organizations_default on organizations (is_default) where is_default;

create table users (
  id uuid primary key,
  username text not null,
  email text not null,
  name text not null default '',
  avatar_url text not null default '',
  -- argon2id in PHC string form; null for users who do not sign in with a password.
  hashed_password text,
  status text not null check (status in ('active', 'dormant', 'suspended')),
  login_type text not null,
  rbac_roles text[] not null default '{}',
  deleted boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  last_seen_at timestamptz not null
);
create unique index users_username on users (lower(username)) where not deleted;
create unique index users_email on users (lower(email)) where not deleted;

create table organization_members (
  user_id uuid not null references users (id) on delete cascade,
  organization_id uuid not null references organizations (id) on delete cascade,
  roles text[] not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (organization_id, user_id)
);
create index organization_members_user on organization_members (user_id);

create table api_keys (
  id text primary key,
  hashed_secret bytea not null,
  user_id uuid not null references users (id) on delete cascade,
  login_type text not null,
  token_name text not null default '',
  lifetime_seconds bigint not null,
  scopes text[] not null,
  allow_list text[] not null,
  ip_address text not null default '',
  last_used timestamptz not null,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index api_keys_user on api_keys (user_id);
create unique index api_keys_token_name on api_keys (user_id, lower(token_name)) where login_type = 'token';

create table files (
  id uuid primary key,
  hash text not null,
  mimetype text not null,
  data bytea not null,
  created_by uuid not null references users (id),
  created_at timestamptz not null,
  unique (hash, created_by)
);

create table provisioner_jobs (
  id uuid primary key,
  type text not null,
  status text not null check (status in ('pending', 'running', 'succeeded', 'canceling', 'canceled', 'failed')),
  organization_id uuid not null references organizations (id),
  initiator_id uuid not null references users (id),
  file_id uuid not null references files (id),
  input jsonb not null default '{}',
  error text,
  error_code text,
  -- The replica that runs it; what a dead replica left is taken over by another.
  worker_id uuid,
  logs_overflowed boolean not null default false,
  logs_length bigint not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  started_at timestamptz,
  canceled_at timestamptz,
  completed_at timestamptz
);
create index provisioner_jobs_open on provisioner_jobs (status, created_at)
  where status in ('pending', 'running', 'canceling');

create table provisioner_job_logs (
  id bigint generated always as identity primary key,
  job_id uuid not null references provisioner_jobs (id) on delete cascade,
  source text not null,
  level text not null,
  stage text not null,
  output text not null,
  created_at timestamptz not null
);
create index provisioner_job_logs_job on provisioner_job_logs (job_id, id);

create table templates (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  name text not null,
  display_name text not null default '',
  description text not null default '',
  icon text not null default '',
  active_version_id uuid not null,
  created_by uuid not null references users (id),
  deleted boolean not null default false,
  deprecation_message text not null default '',
  default_ttl_ms bigint not null default 0,
  activity_bump_ms bigint not null default 3600000,
  failure_ttl_ms bigint not null default 0,
  time_til_dormant_ms bigint not null default 0,
  time_til_dormant_autodelete_ms bigint not null default 0,
  allow_user_autostart boolean not null default true,
  allow_user_autostop boolean not null default true,
  allow_user_cancel_workspace_jobs boolean not null default true,
  require_active_version boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index templates_name on templates (organization_id, lower(name)) where not deleted;

create table template_versions (
  id uuid primary key,
  template_id uuid references templates (id),
  organization_id uuid not null references organizations (id),
  name text not null,
  message text not null default '',
  readme text not null default '',
  -- The checked manifest; null until the import has succeeded.
  manifest jsonb,
  file_id uuid not null references files (id),
  job_id uuid not null unique references provisioner_jobs (id),
  created_by uuid not null references users (id),
  archived boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index template_versions_name on template_versions (template_id, lower(name));
create index template_versions_template on template_versions (template_id, created_at desc);

create table template_version_presets (
  id uuid primary key,
  template_version_id uuid not null references template_versions (id) on delete cascade,
  name text not null,
  description text not null default '',
  icon text not null default '',
  is_default boolean not null default false,
  parameters jsonb not null default '[]',
  position integer not null default 0,
  unique (template_version_id, name)
);

create table workspaces (
  id uuid primary key,
  owner_id uuid not null references users (id),
  organization_id uuid not null references organizations (id),
  template_id uuid not null references templates (id),
  name text not null,
  deleted boolean not null default false,
  autostart_schedule text,
  ttl_ms bigint,
  automatic_updates text not null default 'never',
  favorite boolean not null default false,
  next_start_at timestamptz,
  dormant_at timestamptz,
  deleting_at timestamptz,
  last_used_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index workspaces_name on workspaces (owner_id, lower(name)) where not deleted;
create index workspaces_template on workspaces (template_id) where not deleted;
create index workspaces_next_start on workspaces (next_start_at) where not deleted;

create table workspace_builds (
  id uuid primary key,
  workspace_id uuid not null references workspaces (id),
  build_number integer not null,
  template_version_id uuid not null references template_versions (id),
  transition text not null check (transition in ('start', 'stop', 'delete')),
  reason text not null,
  initiator_id uuid not null references users (id),
  job_id uuid not null unique references provisioner_jobs (id),
  -- What the provisioner must know to find again what it made.
  provisioner_state jsonb not null default '{}',
  parameters jsonb not null default '[]',
  preset_id uuid,
  orphan boolean not null default false,
  daily_cost integer not null default 0,
  deadline timestamptz,
  max_deadline timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (workspace_id, build_number)
);
create index workspace_builds_deadline on workspace_builds (deadline) where deadline is not null;

create table workspace_resources (
  id uuid primary key,
  build_id uuid not null references workspace_builds (id) on delete cascade,
  job_id uuid not null references provisioner_jobs (id),
  transition text not null,
  type text not null,
  name text not null,
  icon text not null default '',
  hide boolean not null default false,
  metadata jsonb not null default '[]',
  daily_cost integer not null default 0,
  created_at timestamptz not null
);
create index workspace_resources_build on workspace_resources (build_id);

create table workspace_agents (
  id uuid primary key,
  resource_id uuid not null references workspace_resources (id) on delete cascade,
  build_id uuid not null references workspace_builds (id) on delete cascade,
  workspace_id uuid not null references workspaces (id),
  name text not null,
  -- SHA-256 of the token the agent dials with; null when the agent may no longer connect.
  token_hash bytea,
  -- The agent part of the template's manifest, with its substitutions made (scripts, metadata, apps, env, directory).
  spec jsonb not null,
  lifecycle_state text not null default 'created',
  operating_system text not null default 'linux',
  architecture text not null default 'amd64',
  version text not null default '',
  directory text not null default '',
  expanded_directory text not null default '',
  environment jsonb not null default '{}',
  connection_timeout_seconds integer not null default 120,
  troubleshooting_url text not null default '',
  cpu_limit real,
  memory_limit bigint,
  disk_limit bigint,
  -- The run of the agent and the last of its events that is stored here.
  boot_id text,
  last_event_seq bigint not null default 0,
  -- The replica that holds its link.
  replica_id uuid,
  logs_length bigint not null default 0,
  logs_overflowed boolean not null default false,
  first_connected_at timestamptz,
  last_connected_at timestamptz,
  disconnected_at timestamptz,
  started_at timestamptz,
  ready_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index workspace_agents_build on workspace_agents (build_id);
create index workspace_agents_workspace on workspace_agents (workspace_id);
create unique index workspace_agents_token on workspace_agents (token_hash) where token_hash is not null;

create table workspace_agent_logs (
  id bigint generated always as identity primary key,
  agent_id uuid not null references workspace_agents (id) on delete cascade,
  source_id uuid not null,
  level text not null,
  output text not null,
  created_at timestamptz not null
);
create index workspace_agent_logs_agent on workspace_agent_logs (agent_id, id);

create table workspace_agent_metadata (
  agent_id uuid not null references workspace_agents (id) on delete cascade,
  key text not null,
  display_name text not null,
  value text not null default '',
  error text not null default '',
  collected_at timestamptz,
  primary key (agent_id, key)
);

create table workspace_agent_stats (
  agent_id uuid not null references workspace_agents (id) on delete cascade,
  workspace_id uuid not null,
  at timestamptz not null,
  cpu_cores real not null,
  memory_bytes bigint not null,
  disk_bytes bigint not null,
  processes integer not null,
  primary key (agent_id, at)
);
create index workspace_agent_stats_workspace on workspace_agent_stats (workspace_id, at);

create table workspace_apps (
  id uuid primary key,
  agent_id uuid not null references workspace_agents (id) on delete cascade,
  slug text not null,
  display_name text not null default '',
  icon text not null default '',
  url text,
  command text,
  external boolean not null default false,
  subdomain boolean not null default false,
  sharing_level text not null default 'owner',
  app_group text not null default '',
  hidden boolean not null default false,
  open_in text not null default 'slim-window',
  healthcheck_url text not null default '',
  healthcheck_interval integer not null default 0,
  healthcheck_threshold integer not null default 0,
  health text not null default 'disabled',
  position integer not null default 0,
  created_at timestamptz not null,
  unique (agent_id, slug)
);

create table workspace_app_statuses (
  id uuid primary key,
  workspace_id uuid not null references workspaces (id),
  agent_id uuid not null references workspace_agents (id) on delete cascade,
  app_id uuid not null references workspace_apps (id) on delete cascade,
  state text not null,
  message text not null,
  uri text not null default '',
  created_at timestamptz not null
);
create index workspace_app_statuses_workspace on workspace_app_statuses (workspace_id, created_at desc);

create table idempotency_keys (
  user_id uuid not null references users (id) on delete cascade,
  key text not null,
  route text not null,
  -- SHA-256 of the request: the same key for another request is refused.
  request_hash bytea not null,
  -- What the first request made.
  resource_id uuid not null,
  created_at timestamptz not null,
  primary key (user_id, key)
);

create table audit_logs (
  id uuid primary key,
  time timestamptz not null,
  request_id text not null,
  user_id uuid,
  username text not null default '',
  email text not null default '',
  api_key_id text not null default '',
  ip text not null default '',
  user_agent text not null default '',
  resource_type text not null,
  resource_id text not null default '',
  resource_target text not null default '',
  action text not null,
  diff jsonb not null default '{}',
  -- Null from the intent until the outcome is known.
  status_code integer,
  duration_ms integer,
  description text not null default '',
  additional_fields jsonb not null default '{}'
);
create index audit_logs_time on audit_logs (time desc, id);
create index audit_logs_user on audit_logs (user_id, time desc);
`;
