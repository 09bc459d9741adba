import { type ApiClient, ApiError, describeError, type Workspace } from '@coder/api';
import { version } from '../version.ts';
import { agentsOf } from '../workspace-ref.ts';
import {
  agentWithoutScripts,
  buildWithoutScripts,
  withoutValues,
  workspaceWithoutScripts,
} from './leave-out.ts';
import { redactText, redactValue } from './redact.ts';
import type { BundlePart } from './write-bundle.ts';

export type Collected = {
  client: ApiClient;
  workspace: Workspace | undefined;
  /** What is taken out wherever it stands. */
  secrets: readonly string[];
  env: NodeJS.ProcessEnv;
  /** Told what could not be had, which is no reason to go without the rest. */
  missing(name: string, why: string): void;
};

/** How many lines of a log are taken, from its end. */
const LOG_LINES = 10_000;

/** Reads an answer of the server that not every deployment has, or not everybody may see. */
async function answer(client: ApiClient, path: string): Promise<unknown> {
  const response = await client.raw(path);
  const text = await response.text();
  return response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
}

/** All lines of a log, page by page, as far as it is kept. */
async function logLines(
  page: (after: number) => Promise<readonly { id: number; created_at: string; output: string }[]>,
): Promise<string> {
  const lines: string[] = [];
  for (let after = 0; ; ) {
    const logs = await page(after);
    if (logs.length === 0) break;
    for (const { id, created_at, output } of logs) {
      after = id;
      lines.push(`${created_at} ${output}`);
    }
    if (lines.length > LOG_LINES) lines.splice(0, lines.length - LOG_LINES);
  }
  return `${lines.join('\n')}\n`;
}

/** What is to be in the bundle, by name. */
function sources({ client, workspace, env }: Collected): Record<string, () => unknown> {
  const deployment = {
    'deployment/buildinfo.json': () => client.deployment.buildInfo(),
    'deployment/healthz.txt': () => answer(client, '//healthz'),
    'deployment/health.json': () => client.health.report({}),
    'deployment/config.json': () => client.deployment.config(),
    'deployment/experiments.json': () => client.deployment.experiments(),
    'deployment/apphost.json': () => client.deployment.appHost(),
    'me.json': () => client.users.get({ user: 'me' }),
    'cli/environment.json': () => ({
      version,
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      url: client.url,
      variables: Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('CODER_'))),
    }),
  };
  if (!workspace) return deployment;
  const build = workspace.latest_build;
  const inWorkspace: Record<string, () => unknown> = {
    'workspace/workspace.json': () => workspaceWithoutScripts(workspace),
    'workspace/builds.json': async () =>
      (await client.workspaces.builds({ workspace: workspace.id, limit: 25 })).map(buildWithoutScripts),
    'workspace/parameters.json': async () =>
      withoutValues(await client.builds.parameters({ build: build.id })),
    'workspace/build.log': () => logLines((after) => client.builds.logs({ build: build.id, after })),
    'workspace/template-version.json': () =>
      client.templateVersions.get({ version: build.template_version_id }),
  };
  for (const { id, name } of agentsOf(workspace)) {
    const folder = `agents/${name}`;
    inWorkspace[`${folder}/agent.json`] = async () =>
      agentWithoutScripts(await client.agents.get({ agent: id }));
    inWorkspace[`${folder}/agent.log`] = () => logLines((after) => client.agents.logs({ agent: id, after }));
    inWorkspace[`${folder}/ports.json`] = () => client.agents.ports({ agent: id });
    inWorkspace[`${folder}/stats.json`] = () => client.agents.stats({ agent: id });
  }
  return { ...deployment, ...inWorkspace };
}

/** The lines of the values of a workspace's parameters, which a script may have printed: they are taken out of the logs. */
async function parameterValues({ client, workspace }: Collected): Promise<string[]> {
  if (workspace === undefined) return [];
  try {
    const parameters = await client.builds.parameters({ build: workspace.latest_build.id });
    return parameters.flatMap(({ value }) => value.split('\n').map((line) => line.trim()));
  } catch {
    // That they cannot be had is said where they would stand.
    return [];
  }
}

/** The files of a bundle, each without secrets. What cannot be had is left out, and said in `missing.txt`. */
export async function* collectBundle(from: Collected): AsyncGenerator<BundlePart> {
  const missing: string[] = [];
  const values = await parameterValues(from);
  for (const [name, read] of Object.entries(sources(from))) {
    try {
      const value = await read();
      const clean =
        typeof value === 'string'
          ? redactText(value, [...from.secrets, ...values])
          : `${JSON.stringify(redactValue(value, from.secrets), null, 2)}\n`;
      yield { name, text: clean };
    } catch (error) {
      const why = redactText(
        error instanceof ApiError
          ? describeError(error)
          : error instanceof Error
            ? error.message
            : String(error),
        from.secrets,
      );
      missing.push(`${name}: ${why}`);
      from.missing(name, why);
    }
  }
  if (missing.length > 0) yield { name: 'missing.txt', text: `${missing.join('\n')}\n` };
}
