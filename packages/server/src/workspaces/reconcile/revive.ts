import { sql } from 'kysely';
import { type Db, inTransaction, notify } from '../../database/index.ts';
import { createJobLog } from '../../jobs/index.ts';
import { instantiate } from '../../templates/index.ts';
import { type ClaimedBuild, readBuild } from '../builds/claim.ts';
import type { KeyedLock } from '../builds/keyed-lock.ts';
import { provisionerOf } from '../builds/run-build.ts';
import { renewAgents, revokeAgents, storeStarted } from '../builds/store-world.ts';
import type { WorkspacesDeps } from '../deps.ts';
import { readWanted } from './wanted.ts';

const stage = 'Restarting workspace';

/**
 * Starts again, of the same build and with new tokens, the processes of a workspace that should run and does not: after a
 * crash or a reboot of the machine. After some attempts in a row it is left as it is and says why.
 */
export async function reviveWorkspace(
  deps: WorkspacesDeps & { readonly lock: KeyedLock },
  workspaceId: string,
  buildId: string,
): Promise<void> {
  const { db, clock, log, settings } = deps;
  await deps.lock(workspaceId, async () => {
    const want = (await readWanted(deps, [workspaceId])).get(workspaceId);
    if (!want || want.active || !want.runs || want.buildId !== buildId) return;
    const build = await readBuild(db, buildId);
    if (!build) return;
    const provisioner = provisionerOf(deps, build);
    if ((await provisioner.inspect(workspaceId, build.state)) === 'running') return;
    const attempt = await countAttempt(deps, build);
    if (attempt === undefined) return;
    const jobLog = createJobLog({ db, clock, log, jobId: build.jobId });
    if (attempt > settings.maxRestarts) {
      const reason = `The processes of the workspace ended ${attempt} times in a row; it is not started again by itself. Read the logs, then restart it.`;
      jobLog.write('error', stage, reason, 'provisioner_daemon');
      await jobLog.flush();
      await giveUp(db, clock.now(), build, reason);
      log.error(
        { workspace: workspaceId, attempts: attempt },
        'a workspace whose processes keep ending is left alone',
      );
      return;
    }
    log.warn(
      { workspace: workspaceId, attempt },
      'a running workspace had no processes; they are started again',
    );
    jobLog.write(
      'warn',
      stage,
      `The processes had ended without a build; attempt ${attempt} to start them again.`,
    );
    const spec = instantiate(build.manifest, {
      values: build.values,
      workspace: { name: build.workspaceName },
      owner: { name: build.ownerName },
    });
    const started = await provisioner.start(
      {
        workspaceId,
        workspaceName: build.workspaceName,
        ownerName: build.ownerName,
        buildId,
        env: spec.env,
        limits: spec.limits,
        agents: await renewAgents(deps, buildId),
        state: build.state,
      },
      (level, stageName, output) => jobLog.write(level, stageName, output),
      AbortSignal.timeout(settings.buildTimeoutMs),
    );
    await inTransaction(db, async (trx) => {
      await trx
        .updateTable('workspace_builds')
        .set({ provisioner_state: JSON.stringify(started.state ?? {}), updated_at: clock.now() })
        .where('id', '=', buildId)
        .execute();
      await storeStarted(trx, build, started, clock.now());
      await takeOverJob(trx, build, deps.replica.id);
      await notify(trx, 'workspace_changed', workspaceId);
    });
    await jobLog.flush();
  });
}

/** Counts restarts in a row on the build's job; undefined when it has been given up already. */
async function countAttempt(
  { db, clock, settings }: Pick<WorkspacesDeps, 'db' | 'clock' | 'settings'>,
  build: ClaimedBuild,
): Promise<number | undefined> {
  const now = clock.now();
  const { rows } = await sql<{ attempt: number }>`
    update provisioner_jobs set input = input || jsonb_build_object(
      'restarted_at', ${now.toISOString()}::text,
      'restarts', case
        when (input ->> 'restarted_at')::timestamptz > ${new Date(now.getTime() - settings.restartWindowMs)}
        then (input ->> 'restarts')::int + 1 else 1 end)
    where id = ${build.jobId} and coalesce((input ->> 'gave_up')::boolean, false) = false
    returning (input ->> 'restarts')::int as attempt`.execute(db);
  return rows[0]?.attempt;
}

async function giveUp(db: Db, now: Date, build: ClaimedBuild, reason: string): Promise<void> {
  await inTransaction(db, async (trx) => {
    await sql`update provisioner_jobs
      set input = input || jsonb_build_object('gave_up', true, 'error', ${reason}::text)
      where id = ${build.jobId}`.execute(trx);
    await revokeAgents(trx, build.workspaceId);
    await trx
      .updateTable('workspace_agents')
      .set({ lifecycle_state: 'off', disconnected_at: now, updated_at: now })
      .where('build_id', '=', build.id)
      .execute();
    await notify(trx, 'workspace_changed', build.workspaceId);
  });
}

/** The job belongs to the machine its processes are on, which a new server on it goes on watching. */
async function takeOverJob(trx: Db, build: ClaimedBuild, replicaId: string): Promise<void> {
  await trx
    .updateTable('provisioner_jobs')
    .set({ worker_id: replicaId })
    .where('id', '=', build.jobId)
    .execute();
}
