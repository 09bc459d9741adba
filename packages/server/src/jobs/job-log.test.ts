import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { createNoopLogger, type TestDatabase, testDatabase } from '../testing/index.ts';
import { createJobLog, maxJobLogLength } from './job-log.ts';
import { finishJob } from './write-jobs.ts';

async function newJob({ db }: TestDatabase): Promise<string> {
  const [id, user, organization, file] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  const at = new Date();
  const times = { created_at: at, updated_at: at };
  await db
    .insertInto('organizations')
    .values({ id: organization, name: 'o', display_name: 'o', ...times })
    .execute();
  await db
    .insertInto('users')
    .values({
      id: user,
      username: 'u',
      email: 'u@x',
      status: 'active',
      login_type: 'password',
      last_seen_at: at,
      ...times,
    })
    .execute();
  await db
    .insertInto('files')
    .values({
      id: file,
      hash: 'h',
      mimetype: 'application/x-tar',
      data: Buffer.alloc(0),
      created_by: user,
      created_at: at,
    })
    .execute();
  await db
    .insertInto('provisioner_jobs')
    .values({
      id,
      type: 'workspace_build',
      status: 'running',
      organization_id: organization,
      initiator_id: user,
      file_id: file,
      ...times,
    })
    .execute();
  return id;
}

it('stores lines in order, without NUL, one row a line', async () => {
  await using database = await testDatabase();
  const jobId = await newJob(database);
  const jobLog = createJobLog({ db: database.db, clock: systemClock, log: createNoopLogger(), jobId });
  jobLog.write('info', 'Starting', 'one\ntwo\0');
  jobLog.write('error', 'Starting', 'three', 'provisioner_daemon');
  await jobLog.flush();
  const rows = await database.db.selectFrom('provisioner_job_logs').selectAll().orderBy('id').execute();
  expect(rows.map((row) => [row.source, row.level, row.output])).toEqual([
    ['provisioner', 'info', 'one'],
    ['provisioner', 'info', 'two'],
    ['provisioner_daemon', 'error', 'three'],
  ]);
});

it('ends with its error, whatever text that is', async () => {
  await using database = await testDatabase();
  const { db } = database;
  const jobId = await newJob(database);
  const end = { error: 'no file "a\0b\ud800"', at: new Date() };
  expect(await db.transaction().execute((trx) => finishJob(trx, jobId, end))).toBe(true);
  const job = await db.selectFrom('provisioner_jobs').select(['status', 'error']).executeTakeFirst();
  expect(job).toEqual({ status: 'failed', error: 'no file "a\uFFFDb\uFFFD"' });
});

it('stops at 1 MiB and says so', async () => {
  await using database = await testDatabase();
  const jobId = await newJob(database);
  const jobLog = createJobLog({ db: database.db, clock: systemClock, log: createNoopLogger(), jobId });
  const line = 'x'.repeat(8_000);
  for (let i = 0; i < 200; i++) jobLog.write('info', 'Starting', line);
  await jobLog.flush();
  const job = await database.db.selectFrom('provisioner_jobs').selectAll().executeTakeFirstOrThrow();
  const stored = Math.floor(maxJobLogLength / line.length);
  expect([job.logs_overflowed, job.logs_length]).toEqual([true, stored * line.length]);
});
