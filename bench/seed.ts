import { randomUUID } from 'node:crypto';
import { createDatabase } from '@coder/server/database';

/** Adds stopped workspaces with one finished build each, as a deployment that has been used for a while has. */
export async function seedWorkspaces(databaseUrl: string, count: number): Promise<void> {
  const database = createDatabase({ url: databaseUrl });
  try {
    const { db } = database;
    const user = await db.selectFrom('users').select('id').executeTakeFirstOrThrow();
    const version = await db
      .selectFrom('template_versions')
      .innerJoin('templates', 'templates.active_version_id', 'template_versions.id')
      .select([
        'template_versions.id',
        'templates.id as template',
        'template_versions.organization_id',
        'file_id',
      ])
      .executeTakeFirstOrThrow();
    const now = new Date();
    const stamps = { created_at: now, updated_at: now };
    await db.transaction().execute(async (trx) => {
      for (let i = 0; i < count; i += 1) {
        const [workspace, job] = [randomUUID(), randomUUID()];
        await trx
          .insertInto('workspaces')
          .values({
            id: workspace,
            owner_id: user.id,
            organization_id: version.organization_id,
            template_id: version.template,
            name: `seed-${i}`,
            last_used_at: now,
            ...stamps,
          })
          .execute();
        await trx
          .insertInto('provisioner_jobs')
          .values({
            id: job,
            type: 'workspace_build',
            status: 'succeeded',
            organization_id: version.organization_id,
            initiator_id: user.id,
            file_id: version.file_id,
            started_at: now,
            completed_at: now,
            ...stamps,
          })
          .execute();
        await trx
          .insertInto('workspace_builds')
          .values({
            id: randomUUID(),
            workspace_id: workspace,
            build_number: 1,
            template_version_id: version.id,
            transition: 'stop',
            reason: 'initiator',
            initiator_id: user.id,
            job_id: job,
            ...stamps,
          })
          .execute();
      }
    });
  } finally {
    await database.close();
  }
}
