import type { TemplateVersion } from '@coder/api';
import { pack } from 'tar-stream';
import * as z from 'zod';
import { MAX_WAIT_MS, startBudget } from '../budget.ts';
import { type LogLine, presentLog } from '../present/log.ts';
import { jsonResult } from '../result.ts';
import { actingToolsets, adds, defineTool, readingToolsets, reads } from '../tool-parts.ts';
import { detailArgument, idempotencyArgument } from '../workspace/arguments.ts';
import { chooseOrganization, organizationArgument } from '../workspace/find-organization.ts';
import { findTemplate } from '../workspace/find-template.ts';
import { isImported, waitForImport } from '../workspace/wait-for-import.ts';

const MAX_FILES = 1_000;
const MAX_LINES = 10_000;
/** Most imports end within a second. */
const IMPORT_WAIT_MS = 10_000;

export const uploadTarFile = defineTool({
  name: 'coder_upload_tar_file',
  title: 'Upload template files',
  description: 'Upload the files of a template; gives the file_id for coder_create_template_version.',
  toolsets: actingToolsets,
  permissions: ['file:create'],
  annotations: { ...adds, idempotentHint: true },
  input: z.strictObject({
    files: z
      .record(z.string().min(1), z.string())
      .refine((files) => Object.keys(files).length > 0, 'must have at least one file')
      .refine((files) => Object.keys(files).length <= MAX_FILES, `must have at most ${MAX_FILES} files`)
      .describe('Path to text; template.yaml is needed')
      .meta({ override: { type: 'object' } }),
  }),
  handler: async (client, args) => {
    const answer = await client.raw('/files', {
      method: 'POST',
      headers: { 'content-type': 'application/x-tar' },
      body: await tarOf(args.files),
    });
    const { hash } = (await answer.json()) as { hash: string };
    // Upstream's name for it, and what it is.
    return jsonResult({ hash, file_id: hash });
  },
});

/** The same files give the same bytes, which the server then stores once. */
async function tarOf(files: Readonly<Record<string, string>>): Promise<Uint8Array<ArrayBuffer>> {
  const archive = pack();
  for (const [name, text] of Object.entries(files).toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    archive.entry({ name, mode: 0o644, mtime: new Date(0) }, text);
  }
  archive.finalize();
  const parts: Uint8Array[] = [];
  for await (const part of archive as AsyncIterable<Uint8Array>) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

export const createTemplateVersion = defineTool({
  name: 'coder_create_template_version',
  title: 'Create a template version',
  description:
    'Import uploaded files as a template version, checked; without template_id for a new template. How to write one: resource coder://templates/guide.',
  toolsets: actingToolsets,
  permissions: ['template:create', 'template:read'],
  annotations: adds,
  input: z.strictObject({
    file_id: z.uuid('must be the file_id of coder_upload_tar_file'),
    template_id: z.string().min(1).optional().describe('Name or id'),
    name: z.string().min(1).max(64).optional(),
    message: z.string().max(1024).optional(),
    organization_id: organizationArgument,
    wait_ms: z.int().min(0).max(MAX_WAIT_MS).optional().describe('Default 10000'),
    idempotency_key: idempotencyArgument,
    detail: detailArgument,
  }),
  aliases: { template: 'template_id', organization: 'organization_id', hash: 'file_id' },
  handler: async (client, args, context) => {
    const budget = startBudget(context);
    const template =
      args.template_id === undefined ? undefined : await findTemplate(client, args.template_id);
    const organization =
      args.organization_id ?? template?.organization_id ?? (await chooseOrganization(client, undefined));
    const made = await client.templateVersions.create(
      {
        organization,
        file_id: args.file_id,
        message: args.message ?? 'Created by AI',
        ...(template === undefined ? {} : { template_id: template.id }),
        ...(args.name === undefined ? {} : { name: args.name }),
      },
      { context: args.idempotency_key === undefined ? {} : { idempotencyKey: args.idempotency_key } },
    );
    context.progress?.(`Importing version ${made.name}`);
    const now = await waitForImport(client, made, budget, args.wait_ms ?? IMPORT_WAIT_MS);
    return jsonResult({
      ...(args.detail === 'full' ? now : presentVersion(now)),
      note: whatNext(now, template?.name),
    });
  },
});

function presentVersion(version: TemplateVersion): Record<string, unknown> {
  const { id, name, job, warnings = [], template_id } = version;
  return {
    id,
    name,
    ...(template_id === undefined ? {} : { template_id }),
    status: job.status,
    ...(job.error ? { error: job.error } : {}),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

function whatNext({ id, job }: TemplateVersion, template: string | undefined): string {
  if (job.status === 'succeeded') {
    return template === undefined
      ? `Publish it with coder_create_template (version_id "${id}").`
      : `Make it the one that is used with coder_update_template_active_version (template_id "${template}", template_version_id "${id}").`;
  }
  return job.status === 'failed'
    ? 'Correct what the error names, then upload the files again.'
    : `Its import goes on; coder_get_template_version_logs (template_version_id "${id}") waits for its end.`;
}

export const getTemplateVersionLogs = defineTool({
  name: 'coder_get_template_version_logs',
  title: 'Read an import log',
  description: 'Log of the import of a template version. While it runs, waits up to 45 s for its end.',
  toolsets: readingToolsets,
  permissions: ['template:read'],
  annotations: reads,
  input: z.strictObject({
    template_version_id: z.uuid('must be a valid UUID'),
    after: z.int().min(0).optional().describe('Only lines after this id'),
    wait_ms: z.int().min(0).max(MAX_WAIT_MS).optional(),
  }),
  handler: async (client, args, context) => {
    const budget = startBudget(context);
    const id = args.template_version_id;
    const version = await client.templateVersions.get({ version: id });
    const lines: LogLine[] = await client.templateVersions.logs({
      version: id,
      ...(args.after === undefined ? {} : { after: args.after }),
      limit: MAX_LINES,
    });
    const last = (): number => lines.at(-1)?.id ?? args.after ?? 0;
    const take = (more: readonly LogLine[]) => void lines.push(...more);
    const now = await waitForImport(client, version, budget, args.wait_ms ?? MAX_WAIT_MS, take, last());
    const shown = presentLog(lines, 'coder_get_template_version_logs');
    if (!isImported(now)) shown.push(`[the import is still ${now.job.status}; go on with after ${last()}]`);
    else if (now.job.error) shown.push(`[the import ${now.job.status}: ${now.job.error}]`);
    return jsonResult(shown);
  },
});
