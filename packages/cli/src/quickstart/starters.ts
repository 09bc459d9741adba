import { join } from 'node:path';
import { type ApiClient, ApiError, allPages } from '@coder/api';
import { followBuild, waitReady } from '../builds.ts';
import { CliError } from '../cli-error.ts';
import type { Progress } from '../output/progress.ts';
import { starterFolder, starterTemplates } from '../starter-templates.ts';
import { packTemplate } from '../template-archive.ts';
import { publishTemplate } from '../template-publish.ts';

const DEMO = 'demo';

/** Publishes the starter templates that are not there yet. */
export async function publishStarters(client: ApiClient, progress: Progress): Promise<void> {
  const templates = await allPages((page) => client.templates.list(page));
  const existing = new Set(templates.map((t) => t.name));
  for (const name of starterTemplates().filter((starter) => !existing.has(starter))) {
    progress.step(`Publishing the template ${name}`);
    const archive = await packTemplate(join(starterFolder, name));
    const quiet: Progress = { ...progress, line: () => undefined };
    await publishTemplate(client, { organization: 'default', name, archive, activate: true }, quiet);
  }
}

/** Creates the workspace `demo` unless it is there, and waits until it is ready. */
export async function startDemo(client: ApiClient, progress: Progress): Promise<void> {
  progress.step(`Creating the workspace ${DEMO}`);
  const template = (await client.templates.list({ q: 'exact_name:local' })).find((t) => t.name === 'local');
  if (!template)
    throw new CliError('The starter template "local" is missing, so there is no demo workspace.');
  const existing = await client.workspaces.getByName({ user: 'me', name: DEMO }).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  });
  const workspace =
    existing ??
    (await client.workspaces.create(
      { user: 'me', name: DEMO, template_id: template.id },
      { context: { idempotencyKey: 'quickstart-demo' } },
    ));
  const quiet: Progress = { ...progress, line: () => undefined };
  await followBuild(client, workspace.latest_build, quiet);
  await waitReady(client, workspace, undefined, quiet);
}
