import { randomUUID } from 'node:crypto';
import type {
  Organization,
  Preset,
  Template,
  TemplateVersion,
  TemplateVersionParameter,
  User,
  Workspace,
  WorkspaceStatus,
} from '@coder/api';
import type { OutputSlice, Process } from '@coder/api/agent';

const at = '2026-01-02T03:04:05Z';
const organizationId = 'a0000000-0000-4000-8000-000000000001';
export const agentId = 'b0000000-0000-4000-8000-000000000001';

export const aUser: User = {
  id: 'c0000000-0000-4000-8000-000000000001',
  username: 'ada',
  name: 'Ada',
  avatar_url: '',
  email: 'ada@example.com',
  created_at: at,
  updated_at: at,
  last_seen_at: at,
  status: 'active',
  login_type: 'password',
  organization_ids: [organizationId],
  roles: [{ name: 'owner', display_name: 'Owner' }],
};

export const aTemplate: Template = {
  id: 'd0000000-0000-4000-8000-000000000001',
  created_at: at,
  updated_at: at,
  organization_id: organizationId,
  organization_name: 'coder',
  organization_display_name: 'Coder',
  organization_icon: '',
  name: 'node',
  display_name: 'Node.js',
  provisioner: 'local',
  active_version_id: 'd0000000-0000-4000-8000-000000000002',
  active_user_count: 1,
  build_time_stats: {},
  description: 'A Node.js project',
  abstract: 'x'.repeat(600),
  deprecated: false,
  deprecation_message: '',
  icon: '',
  default_ttl_ms: 0,
  activity_bump_ms: 0,
  autostop_requirement: { days_of_week: [], weeks: 0 },
  autostart_requirement: { days_of_week: [] },
  created_by_id: aUser.id,
  created_by_name: 'ada',
  allow_user_autostart: true,
  allow_user_autostop: true,
  allow_user_cancel_workspace_jobs: true,
  failure_ttl_ms: 0,
  time_til_dormant_ms: 0,
  time_til_dormant_autodelete_ms: 0,
  require_active_version: false,
  max_port_share_level: 'public',
  cors_behavior: 'simple',
  use_classic_parameter_flow: true,
};

export const anOrganization: Organization = {
  id: organizationId,
  name: 'coder',
  display_name: 'Coder',
  description: '',
  icon: '',
  created_at: at,
  updated_at: at,
  is_default: true,
};

export const aVersion: TemplateVersion = {
  id: 'd0000000-0000-4000-8000-000000000009',
  organization_id: organizationId,
  created_at: at,
  updated_at: at,
  name: 'v2',
  message: '',
  job: {
    id: 'd0000000-0000-4000-8000-00000000000a',
    created_at: at,
    status: 'succeeded',
    file_id: 'd0000000-0000-4000-8000-00000000000b',
    tags: {},
    queue_position: 0,
    queue_size: 0,
    organization_id: organizationId,
    initiator_id: aUser.id,
    input: {},
    type: 'template_version_import',
    logs_overflowed: false,
  },
  readme: '',
  created_by: { id: aUser.id, username: 'ada', avatar_url: '' },
  archived: false,
};

export const presets: Preset[] = [
  {
    ID: 'd0000000-0000-4000-8000-000000000003',
    Name: 'small',
    Parameters: [{ Name: 'project', Value: 'demo' }],
    Default: true,
    DesiredPrebuildInstances: null,
    Description: '',
    Icon: '',
  },
];

export const templateParameters: TemplateVersionParameter[] = [
  {
    name: 'project',
    description: 'Folder',
    description_plaintext: 'Folder',
    type: 'string',
    form_type: 'input',
    mutable: false,
    default_value: 'app',
    icon: '',
    options: [],
    validation_regex: '^[a-z]+$',
    required: false,
    ephemeral: false,
  },
];

/** A workspace with one agent called `main`; running unless said otherwise. */
export function aWorkspace(name: string, status: WorkspaceStatus = 'running'): Workspace {
  const id = randomUUID();
  const workspace: Workspace = {
    id,
    created_at: at,
    updated_at: at,
    owner_id: aUser.id,
    owner_name: 'ada',
    owner_avatar_url: '',
    organization_id: organizationId,
    organization_name: 'coder',
    template_id: aTemplate.id,
    template_name: 'node',
    template_display_name: 'Node.js',
    template_icon: '',
    template_allow_user_cancel_workspace_jobs: true,
    template_active_version_id: aTemplate.active_version_id,
    template_require_active_version: false,
    latest_build: {
      id: randomUUID(),
      created_at: at,
      updated_at: at,
      workspace_id: id,
      workspace_name: name,
      workspace_owner_id: aUser.id,
      workspace_owner_name: 'ada',
      template_version_id: aTemplate.active_version_id,
      template_version_name: 'v1',
      build_number: 1,
      transition: 'start',
      initiator_id: aUser.id,
      initiator_name: 'ada',
      job: {
        id: randomUUID(),
        created_at: at,
        status: 'succeeded',
        file_id: randomUUID(),
        tags: {},
        queue_position: 0,
        queue_size: 0,
        organization_id: organizationId,
        initiator_id: aUser.id,
        input: {},
        type: 'workspace_build',
        logs_overflowed: false,
      },
      reason: 'initiator',
      resources: [],
      deadline: null,
      max_deadline: null,
      status,
      daily_cost: 0,
      template_version_preset_id: null,
    },
    latest_app_status: null,
    outdated: false,
    name,
    last_used_at: at,
    deleting_at: null,
    dormant_at: null,
    health: { healthy: true, failing_agents: [] },
    automatic_updates: 'never',
    allow_renames: false,
    favorite: false,
    next_start_at: null,
    is_prebuild: false,
  };
  if (status === 'running') running(workspace);
  if (status === 'stopped') workspace.latest_build.transition = 'stop';
  return workspace;
}

/** Gives a workspace a start build with its agent. */
export function running(workspace: Workspace, status: WorkspaceStatus = 'running', agents = ['main']): void {
  workspace.latest_build = {
    ...workspace.latest_build,
    transition: 'start',
    status,
    resources: [
      {
        id: randomUUID(),
        created_at: at,
        job_id: workspace.latest_build.job.id,
        workspace_transition: 'start',
        type: 'local_process',
        name: 'main',
        hide: false,
        icon: '',
        daily_cost: 0,
        agents: agents.map((name, index) => ({
          id: index === 0 ? agentId : randomUUID(),
          parent_id: null,
          created_at: at,
          updated_at: at,
          status: status === 'running' ? ('connected' as const) : ('connecting' as const),
          lifecycle_state: status === 'running' ? ('ready' as const) : ('created' as const),
          name,
          resource_id: randomUUID(),
          architecture: 'amd64',
          environment_variables: {},
          operating_system: 'linux',
          logs_length: 0,
          logs_overflowed: false,
          version: 'v1',
          api_version: '1.0',
          apps: [],
          connection_timeout_seconds: 120,
          troubleshooting_url: '',
          subsystems: [],
          health: { healthy: true },
          display_apps: [],
          log_sources: [],
          scripts: [],
          startup_script_behavior: 'blocking' as const,
        })),
      },
    ],
  };
}

/** A process that has exited with 0, changed as the test needs it. */
export function aProcess(changes: Partial<Process> = {}): Process {
  return {
    id: 'p1',
    pid: 42,
    command: 'true',
    argv: null,
    cwd: '/home/ada',
    pty: false,
    stdin: 'none',
    label: null,
    state: 'exited',
    started_at: at,
    ended_at: at,
    duration_ms: 12,
    exit_code: 0,
    signal: null,
    end_reason: 'exit',
    timeout_ms: null,
    timed_out: false,
    killed_descendants: 0,
    output_bytes: 0,
    output_lost_bytes: 0,
    ...changes,
  };
}

/** The output of a process: one chunk of text, changed as the test needs it. */
export function someOutput(text: string, changes: Partial<OutputSlice> = {}): OutputSlice {
  const bytes = Buffer.byteLength(text);
  return {
    encoding: 'text',
    chunks: text === '' ? [] : [{ stream: 'stdout', cursor: 0, bytes, data: text }],
    gaps: [],
    next_cursor: bytes,
    output_bytes: bytes,
    complete: true,
    ...changes,
  };
}
