import { randomUUID } from 'node:crypto';
import { ApiError, parseDuration, parseSize, type TemplateManifest } from '@coder/api';
import { pathText } from './manifest/yaml-source.ts';
import { parameterValidations } from './parameters/resolve.ts';
import { fill, type Place, placesOf } from './places.ts';
import { findReferences, parameterVariable, type Reference } from './references.ts';
import type {
  AgentSpec,
  AppSpec,
  InstantiateInput,
  ParameterProblem,
  ScriptSpec,
  WorkspaceSpec,
} from './spec.ts';

/**
 * Turns a checked manifest and resolved values into what is to run. Scripts are taken as they are and find the values in
 * their environment. Throws `ApiError('VALIDATION_FAILED')`, with the parameter's name as field, for a value that does
 * not fit where it is used; call it before a build is queued.
 */
export function instantiate(manifest: TemplateManifest, input: InstantiateInput): WorkspaceSpec {
  const at = fillPlaces(manifest, input);
  const number = (path: string) => (at.has(path) ? Number(at.get(path)) : null);
  const bytes = (path: string) => (at.has(path) ? (parseSize(at.get(path)!) ?? null) : null);
  const filledEnv = (path: string, env: Record<string, string> = {}) =>
    Object.fromEntries(Object.keys(env).map((name) => [name, at.get(`${path}.${name}`)!]));

  const env = filledEnv('runtime.local.env', manifest.runtime.local.env);
  return {
    runtime: 'local',
    limits: {
      cpuCores: number('runtime.local.cpus'),
      memoryBytes: bytes('runtime.local.memory'),
      diskBytes: bytes('runtime.local.disk'),
      processes: number('runtime.local.processes'),
    },
    env,
    agent: agentOf(manifest, at.get('agent.directory') ?? '', {
      ...env,
      ...filledEnv('agent.env', manifest.agent.env),
      ...platformEnv(input),
    }),
    apps: manifest.apps.map((app, index) => appOf(app, (key) => at.get(`apps[${index}].${key}`))),
  };
}

/** What every script can read of the build it belongs to. */
function platformEnv({ values, workspace, owner }: InstantiateInput): Record<string, string> {
  return {
    ...Object.fromEntries(values.map(({ name, value }) => [parameterVariable(name), value])),
    CODER_WORKSPACE_NAME: workspace.name,
    CODER_WORKSPACE_OWNER_NAME: owner.name,
  };
}

function fillPlaces(manifest: TemplateManifest, input: InstantiateInput): Map<string, string> {
  const given = new Map(input.values.map(({ name, value }) => [name, value]));
  const textOf = (reference: Reference) => {
    if (reference.kind === 'parameter') return given.get(reference.name) ?? '';
    return reference.kind === 'workspace' ? input.workspace.name : input.owner.name;
  };
  const filled = new Map<string, string>();
  const problems: ParameterProblem[] = [];
  const apps = manifest.apps.map((value, index) => ({ index, value }));
  for (const place of placesOf({ local: manifest.runtime.local, agent: manifest.agent, apps })) {
    const result = fill(place, textOf);
    if ('value' in result) filled.set(pathText(place.path), result.value);
    else problems.push({ name: culprit(place), detail: `${pathText(place.path)} ${result.problem}` });
  }
  if (problems.length === 0) return filled;
  throw new ApiError('VALIDATION_FAILED', {
    message: 'The parameters do not fit this template.',
    validations: parameterValidations(problems),
  });
}

/** The parameter that a place takes its value from. */
function culprit(place: Place): string {
  for (const { reference } of findReferences(place.text)) {
    if (reference?.kind === 'parameter') return reference.name;
  }
  return pathText(place.path);
}

const seconds = (text: string): number => Math.round((parseDuration(text) ?? 0) / 1000);

function agentOf(manifest: TemplateManifest, directory: string, env: Record<string, string>): AgentSpec {
  const { agent } = manifest;
  const scripts: ScriptSpec[] = [];
  if (agent.startup_script !== undefined) {
    scripts.push({
      ...script('Startup script', agent.startup_script, agent.startup_timeout),
      run_on_start: true,
      start_blocks_login: agent.startup_script_blocks,
    });
  }
  if (agent.shutdown_script !== undefined) {
    scripts.push({
      ...script('Shutdown script', agent.shutdown_script, agent.shutdown_timeout),
      run_on_stop: true,
    });
  }
  return {
    name: agent.name,
    directory,
    env,
    scripts,
    log_sources: scripts.map(({ log_source_id, display_name }) => ({
      id: log_source_id,
      display_name,
      icon: '',
    })),
    metadata: (agent.metadata ?? []).map((entry) => ({
      key: entry.key,
      display_name: entry.display_name ?? entry.key,
      script: entry.script,
      interval_seconds: seconds(entry.interval),
      timeout_seconds: seconds(entry.timeout),
    })),
    display_apps: agent.display_apps,
    connection_timeout_seconds: seconds(agent.connection_timeout),
    troubleshooting_url: agent.troubleshooting_url ?? '',
    startup_script_behavior: agent.startup_script_blocks ? 'blocking' : 'non-blocking',
  };
}

function script(displayName: string, text: string, timeout: string): ScriptSpec {
  return {
    id: randomUUID(),
    display_name: displayName,
    log_source_id: randomUUID(),
    script: text,
    run_on_start: false,
    run_on_stop: false,
    start_blocks_login: false,
    timeout_seconds: seconds(timeout),
  };
}

function appOf(app: TemplateManifest['apps'][number], filled: (key: string) => string | undefined): AppSpec {
  const { healthcheck } = app;
  return {
    slug: app.slug,
    display_name: app.display_name ?? '',
    icon: app.icon ?? '',
    url: filled('url') ?? null,
    command: app.command ?? null,
    external: app.external,
    subdomain: app.subdomain,
    sharing_level: app.share,
    app_group: app.group ?? '',
    hidden: app.hidden,
    open_in: app.open_in,
    healthcheck: healthcheck
      ? {
          url: filled('healthcheck.url')!,
          interval_seconds: seconds(healthcheck.interval),
          threshold: healthcheck.threshold,
        }
      : null,
  };
}
