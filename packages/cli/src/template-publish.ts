import { type ApiClient, allPages, type Template, type TemplateVersion } from '@coder/api';
import { CliError } from './cli-error.ts';
import type { Progress } from './output/progress.ts';

export type Publication = {
  organization: string;
  name: string;
  archive: Uint8Array<ArrayBuffer>;
  versionName?: string | undefined;
  message?: string | undefined;
  activate: boolean;
};

async function importVersion(client: ApiClient, version: TemplateVersion, progress: Progress): Promise<void> {
  let after = 0;
  const problems: string[] = [];
  for (;;) {
    const logs = await client.templateVersions.logs({ version: version.id, after, wait_ms: 20_000 });
    for (const log of logs) {
      // What is wrong is said once, at the end, as the error.
      if (log.log_level === 'error') problems.push(log.output);
      else progress.line(log.output);
      after = log.id;
    }
    if (logs.length > 0) continue;
    const { job } = await client.templateVersions.get({ version: version.id });
    if (job.completed_at === undefined) continue;
    const error = job.error ?? `The import of the template was ${job.status}.`;
    const said = new Set(job.status === 'succeeded' ? [] : error.split('\n'));
    for (const problem of problems) if (!said.has(problem)) progress.line(problem);
    if (job.status !== 'succeeded') throw new CliError(error.split('\n'));
    return;
  }
}

/** The template that a publication would change; undefined when it would create one. */
export async function existingTemplate(
  client: ApiClient,
  { organization, name }: Pick<Publication, 'organization' | 'name'>,
): Promise<Template | undefined> {
  const all = await allPages((page) => client.templates.listInOrganization({ organization, ...page }));
  return all.find((template) => template.name.toLowerCase() === name.toLowerCase());
}

/** Uploads a template's archive as a new version, and creates the template or makes the version its active one. */
export async function publishTemplate(
  client: ApiClient,
  publication: Publication,
  progress: Progress,
): Promise<{ template: Template; version: TemplateVersion; created: boolean }> {
  const { organization, name } = publication;
  const existing = await existingTemplate(client, publication);
  const uploaded = await client.raw('/files', {
    method: 'POST',
    headers: { 'content-type': 'application/x-tar' },
    body: publication.archive,
  });
  const { hash } = (await uploaded.json()) as { hash: string };
  const version = await client.templateVersions.create({
    organization,
    storage_method: 'file',
    file_id: hash,
    template_id: existing?.id,
    name: publication.versionName,
    message: publication.message,
  });
  await importVersion(client, version, progress);
  if (!existing) {
    const template = await client.templates.create({ organization, name, template_version_id: version.id });
    return { template, version, created: true };
  }
  if (publication.activate) await client.templates.activateVersion({ template: existing.id, id: version.id });
  return { template: existing, version, created: false };
}
