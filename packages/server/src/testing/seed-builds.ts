import { randomUUID } from 'node:crypto';
import type { Db } from '../database/index.ts';
import type { TestUser } from './actors.ts';

const times = (at: Date) => ({ created_at: at, updated_at: at });

export type SeededTemplate = { id: string; versionId: string; name: string; organizationId: string };

/** The rows of a template whose version has been imported. */
export async function seedTemplate(
  db: Db,
  { user, organizationId }: Pick<TestUser, 'user' | 'organizationId'>,
  { name = `template-${randomUUID().slice(0, 8)}`, manifest = null as object | null, at = new Date() } = {},
): Promise<SeededTemplate> {
  const [id, versionId, fileId] = [randomUUID(), randomUUID(), randomUUID()];
  const file = { id: fileId, hash: fileId, mimetype: 'application/x-tar', data: Buffer.alloc(0) };
  await db
    .insertInto('files')
    .values({ ...file, created_by: user.id, created_at: at })
    .execute();
  const jobId = await seedJob(db, {
    type: 'template_version_import',
    organizationId,
    userId: user.id,
    fileId,
    at,
    input: { template_version_id: versionId },
  });
  const made = { organization_id: organizationId, created_by: user.id, ...times(at) };
  await db
    .insertInto('template_versions')
    .values({
      id: versionId,
      name: 'one',
      file_id: fileId,
      job_id: jobId,
      manifest: manifest && JSON.stringify(manifest),
      ...made,
    })
    .execute();
  await db
    .insertInto('templates')
    .values({ id, name, active_version_id: versionId, ...made })
    .execute();
  await db.updateTable('template_versions').set({ template_id: id }).where('id', '=', versionId).execute();
  return { id, versionId, name, organizationId };
}

type SeedJob = {
  type: string;
  organizationId: string;
  userId: string;
  fileId: string;
  at: Date;
  status?: string;
  input?: object;
  workerId?: string;
  /** How long it took, where it has ended. */
  tookMs?: number;
};

async function seedJob(db: Db, job: SeedJob): Promise<string> {
  const { status = 'succeeded', at, tookMs = 1_000 } = job;
  const id = randomUUID();
  const begun = status !== 'pending';
  const ended = !['pending', 'running', 'canceling'].includes(status);
  await db
    .insertInto('provisioner_jobs')
    .values({
      id,
      type: job.type,
      status,
      organization_id: job.organizationId,
      initiator_id: job.userId,
      file_id: job.fileId,
      input: JSON.stringify(job.input ?? {}),
      worker_id: job.workerId ?? null,
      started_at: begun ? at : null,
      completed_at: ended ? new Date(at.getTime() + tookMs) : null,
      ...times(at),
    })
    .execute();
  return id;
}

export type SeededBuild = { workspaceId: string; buildId: string; jobId: string };

/** The rows of a workspace with one build of a template. */
export async function seedBuild(
  db: Db,
  { user, organizationId }: Pick<TestUser, 'user' | 'organizationId'>,
  template: SeededTemplate,
  options: {
    name?: string;
    transition?: 'start' | 'stop' | 'delete';
    values?: readonly { name: string; value: string }[];
  } & Partial<Pick<SeedJob, 'status' | 'workerId' | 'at' | 'tookMs'>> = {},
): Promise<SeededBuild> {
  const { name = `w-${randomUUID().slice(0, 8)}`, transition = 'start', at = new Date() } = options;
  const [workspaceId, buildId] = [randomUUID(), randomUUID()];
  const { file_id: fileId } = await db
    .selectFrom('template_versions')
    .select('file_id')
    .where('id', '=', template.versionId)
    .executeTakeFirstOrThrow();
  const jobId = await seedJob(db, {
    ...options,
    type: 'workspace_build',
    organizationId,
    userId: user.id,
    fileId,
    at,
    input: { workspace_build_id: buildId },
  });
  await db
    .insertInto('workspaces')
    .values({
      id: workspaceId,
      owner_id: user.id,
      organization_id: organizationId,
      template_id: template.id,
      name,
      last_used_at: at,
      ...times(at),
    })
    .execute();
  await db
    .insertInto('workspace_builds')
    .values({
      id: buildId,
      workspace_id: workspaceId,
      build_number: 1,
      template_version_id: template.versionId,
      transition,
      reason: 'initiator',
      initiator_id: user.id,
      job_id: jobId,
      parameters: JSON.stringify(options.values ?? []),
      ...times(at),
    })
    .execute();
  return { workspaceId, buildId, jobId };
}
