import { randomUUID } from 'node:crypto';
import { type Db, inTransaction } from '../database/index.ts';
import { beginJob, createJobLog, finishJob } from '../jobs/index.ts';
import type { TemplatesDeps } from './deps.ts';
import { type Imported, importArchive } from './import-archive.ts';
import { runtimeProblem } from './runtime-problem.ts';

/** The task of the queue that runs an import; its payload is {@link ImportTask}. */
export const IMPORT_TASK = 'template_version_import';
export type ImportTask = { job_id: string };

const maxErrorLines = 50;
type Deps = Pick<TemplatesDeps, 'db' | 'clock' | 'log' | 'checkRuntime'>;

/**
 * Runs an import: reads the archive, checks its manifest, stores it with its presets. Doing it again, or twice at once,
 * ends the same: only a job that is still open is written to. A template that is wrong ends the job as failed; only what
 * may succeed later (a lost database) is thrown, for the queue to try again.
 */
export async function importTemplateVersion(deps: Deps, jobId: string): Promise<void> {
  const { db, clock, log, checkRuntime } = deps;
  const version = await claim(deps, jobId);
  if (!version) return;
  const lines = createJobLog({ db, clock, log, jobId });
  const source = 'provisioner_daemon' as const;

  lines.write('info', 'Parsing template', 'Reading the archive and its template.yaml.', source);
  const imported = await importArchive(version.data, version.mimetype);
  const problems =
    'problems' in imported
      ? imported.problems
      : [await runtimeProblem(imported.manifest, checkRuntime)].filter((problem) => problem !== undefined);
  for (const problem of problems) lines.write('error', 'Parsing template', problem, source);
  if (problems.length === 0 && 'manifest' in imported)
    describe(imported, (level, text) => lines.write(level, 'Checking template', text, source));
  await lines.flush();
  await finish(deps, jobId, version.id, problems.length > 0 ? { problems } : imported);
}

async function claim({ db, clock }: Deps, jobId: string) {
  const claimed = await beginJob(db, jobId, 'template_version_import', clock.now());
  if (!claimed) return undefined;
  return db
    .selectFrom('template_versions')
    .innerJoin('files', 'files.id', 'template_versions.file_id')
    .select(['template_versions.id', 'files.data', 'files.mimetype'])
    .where('template_versions.job_id', '=', jobId)
    .executeTakeFirst();
}

function describe(
  imported: Extract<Imported, { manifest: unknown }>,
  write: (level: 'info' | 'warn', text: string) => void,
) {
  const { manifest, warnings } = imported;
  for (const warning of warnings) write('warn', warning);
  for (const { name, type, required } of manifest.parameters) {
    write('info', `parameter ${name}: ${type}${required ? ', required' : ''}`);
  }
  for (const { name } of manifest.presets) write('info', `preset ${name}`);
  for (const { slug } of manifest.apps) write('info', `app ${slug}`);
  write('info', `The template "${manifest.name}" is sound.`);
}

async function finish(
  { db, clock }: Deps,
  jobId: string,
  versionId: string,
  outcome: Imported,
): Promise<void> {
  await inTransaction(db, async (trx: Db) => {
    const now = clock.now();
    const failed = 'problems' in outcome;
    const error = failed ? errorText(outcome.problems) : undefined;
    if (!(await finishJob(trx, jobId, { error, at: now }))) return;
    if (!failed) await storeManifest(trx, versionId, outcome, now);
  });
}

function errorText(problems: readonly string[]): string {
  const shown = problems.slice(0, maxErrorLines);
  const more = problems.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}

async function storeManifest(
  trx: Db,
  versionId: string,
  { manifest, readme }: Extract<Imported, { manifest: unknown }>,
  now: Date,
): Promise<void> {
  await trx
    .updateTable('template_versions')
    .set({ manifest: JSON.stringify(manifest), readme, updated_at: now })
    .where('id', '=', versionId)
    .execute();
  if (manifest.presets.length === 0) return;
  await trx
    .insertInto('template_version_presets')
    .values(
      manifest.presets.map((preset, position) => ({
        id: randomUUID(),
        template_version_id: versionId,
        name: preset.name,
        description: preset.description ?? '',
        icon: preset.icon ?? '',
        is_default: preset.default,
        parameters: JSON.stringify(
          Object.entries(preset.parameters).map(([name, value]) => ({ name, value })),
        ),
        position,
      })),
    )
    .execute();
}
