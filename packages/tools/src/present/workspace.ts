import type { Template, Workspace, WorkspaceBuild, WorkspaceMetrics } from '@coder/api';
import { agentsOf } from '../workspace/find.ts';

/** A workspace in the few facts that a model decides by. */
export function presentWorkspace(workspace: Workspace, usage?: WorkspaceMetrics): Record<string, unknown> {
  const build = workspace.latest_build;
  const running = build.status === 'running';
  const agents = agentsOf(workspace);
  return {
    name: workspace.name,
    owner: workspace.owner_name,
    status: build.status,
    ...(running ? { healthy: workspace.health.healthy } : {}),
    ...(build.status === 'failed' && build.job.error ? { error: build.job.error } : {}),
    template_name: workspace.template_name,
    ...(workspace.outdated ? { outdated: true } : {}),
    ...(running && agents.length > 0
      ? {
          agents: agents.map((agent) => ({
            name: agent.name,
            status: agent.status,
            lifecycle: agent.lifecycle_state,
          })),
        }
      : {}),
    ...(usage?.now ? { usage: presentUsage(usage) } : {}),
    ...(workspace.latest_app_status
      ? {
          agent_activity: `${workspace.latest_app_status.state}: ${workspace.latest_app_status.message}`,
        }
      : {}),
    last_used_at: workspace.last_used_at,
    ...(running && build.deadline ? { stops_at: build.deadline } : {}),
    id: workspace.id,
  };
}

/** What one workspace uses now, and whether that is too little or too much. */
function presentUsage({ now, limits, verdict }: WorkspaceMetrics): Record<string, unknown> {
  if (!now) return {};
  return {
    cpu_cores: round(now.cpu_cores),
    ...(limits.cpu_cores === null ? {} : { cpu_limit: limits.cpu_cores }),
    memory_mb: megabytes(now.memory_bytes),
    ...(limits.memory_bytes === null ? {} : { memory_limit_mb: megabytes(limits.memory_bytes) }),
    disk_mb: megabytes(now.disk_bytes),
    verdict,
  };
}

/** The resource use of one workspace, now and over the last hour. */
export function presentMetrics(metrics: WorkspaceMetrics): Record<string, unknown> {
  const { now, hour, limits } = metrics;
  return {
    name: metrics.workspace_name,
    owner: metrics.owner_name,
    status: metrics.status,
    verdict: metrics.verdict,
    reason: metrics.reason,
    ...(now
      ? {
          cpu_cores: {
            now: round(now.cpu_cores),
            ...(hour ? { average: round(hour.cpu_cores_average), max: round(hour.cpu_cores_max) } : {}),
            limit: limits.cpu_cores,
          },
          memory_mb: {
            now: megabytes(now.memory_bytes),
            ...(hour
              ? { average: megabytes(hour.memory_bytes_average), max: megabytes(hour.memory_bytes_max) }
              : {}),
            limit: limits.memory_bytes === null ? null : megabytes(limits.memory_bytes),
          },
          disk_mb: {
            now: megabytes(now.disk_bytes),
            limit: limits.disk_bytes === null ? null : megabytes(limits.disk_bytes),
          },
          processes: now.processes,
        }
      : {}),
  };
}

/** A build in the few facts that a model decides by. */
export function presentBuild(build: WorkspaceBuild): Record<string, unknown> {
  return {
    id: build.id,
    workspace_id: build.workspace_id,
    workspace_name: build.workspace_name,
    owner: build.workspace_owner_name,
    build_number: build.build_number,
    transition: build.transition,
    status: build.status,
    ...(build.job.error ? { error: build.job.error } : {}),
  };
}

/** How much of a template's readme a list shows. */
const ABSTRACT_LENGTH = 500;

/** A template as upstream's tools show it; in a list its abstract is cut. */
export function presentTemplate(template: Template, whole = false): Record<string, unknown> {
  const abstract = template.abstract.trim();
  const runes = [...abstract];
  const shown =
    whole || runes.length <= ABSTRACT_LENGTH ? abstract : `${runes.slice(0, ABSTRACT_LENGTH).join('')}…`;
  return {
    name: template.name,
    display_name: template.display_name,
    description: template.description,
    ...(shown === '' ? {} : { abstract: shown }),
    ...(template.deprecated ? { deprecated: template.deprecation_message || true } : {}),
    id: template.id,
    active_version_id: template.active_version_id,
    active_user_count: template.active_user_count,
  };
}

const round = (cores: number): number => Math.round(cores * 100) / 100;
const megabytes = (bytes: number): number => Math.round(bytes / (1024 * 1024));
