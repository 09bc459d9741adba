import { ApiError } from '@coder/api';
import { type RawBuilder, sql } from 'kysely';
import { type Db, inTransaction } from '../../database/index.ts';
import { forgetOldKeys } from '../../idempotency/index.ts';
import { loadBuildableVersion } from '../../templates/index.ts';
import { noSize, sizeOf } from '../builds/build-size.ts';
import { resolveValues, versionOf } from '../builds/create-build.ts';
import { insertBuild } from '../builds/insert-build.ts';
import { type Latest, loadLatest } from '../builds/latest.ts';
import type { WorkspacesDeps } from '../deps.ts';
import { markDormant } from '../mark-dormant.ts';
import { isActive } from '../status.ts';
import { nextStart } from './autostart.ts';

export type Scheduler = {
  /** Does everything that is due now. Returns the builds it made, for the log and the tests. */
  tick(): Promise<{ workspaceId: string; transition: Latest['transition']; reason: string }[]>;
  /** Ticks on an interval, one tick at a time, until {@link Scheduler.stop}. */
  start(intervalMs: number): void;
  stop(): Promise<void>;
};

type Due = { workspaceId: string; transition: Latest['transition']; reason: string };
type Rule = {
  readonly reason: string;
  readonly transition: Latest['transition'];
  /** Of `w` (workspace), `t` (template), `b` (latest build), `j` (its job), `u` (owner). */
  readonly due: (now: Date) => RawBuilder<unknown>;
  /** What else changes, in the same transaction. */
  readonly also?: (trx: Db, latest: Latest, now: Date) => Promise<void>;
};

const ms = (column: string) => sql`${sql.ref(column)} * interval '1 millisecond'`;

/** What happens by itself, one rule a line of behaviour. The first that applies to a workspace is the one that is followed. */
const rules: readonly Rule[] = [
  {
    reason: 'dormancy',
    transition: 'delete',
    due: (now) => sql`w.deleting_at <= ${now}`,
  },
  {
    reason: 'autostop',
    transition: 'stop',
    due: (now) => sql`b.transition = 'start' and j.status = 'succeeded' and b.deadline <= ${now}`,
  },
  {
    // A start that failed is cleaned up, so that nothing half made is left to cost something.
    reason: 'autostop',
    transition: 'stop',
    due: (now) => sql`b.transition = 'start' and j.status = 'failed' and t.failure_ttl_ms > 0
      and j.completed_at + ${ms('t.failure_ttl_ms')} <= ${now}`,
  },
  {
    reason: 'dormancy',
    transition: 'stop',
    due: (now) => sql`w.dormant_at is null and t.time_til_dormant_ms > 0 and b.transition = 'start'
      and w.last_used_at + ${ms('t.time_til_dormant_ms')} <= ${now}`,
    also: (trx, { id }, now) => markDormant(trx, sql`w.id = ${id}`, now),
  },
  {
    reason: 'autostart',
    transition: 'start',
    due: (
      now,
    ) => sql`w.next_start_at <= ${now} and w.autostart_schedule <> '' and t.allow_user_autostart and w.dormant_at is null
      and u.status = 'active' and b.transition = 'stop' and j.status = 'succeeded'`,
    also: setNextStart,
  },
];

/** Starts and stops workspaces by their schedules. Any number of replicas may tick: a row that one works on is skipped. */
export function createScheduler(deps: WorkspacesDeps): Scheduler {
  const { db, clock, log } = deps;
  let timer: NodeJS.Timeout | undefined;
  let ticking: Promise<unknown> = Promise.resolve();

  async function tick(): Promise<Due[]> {
    const done: Due[] = [];
    for (const rule of rules) {
      for (const id of await dueNow(db, rule.due(clock.now()))) {
        try {
          if (await follow(id, rule)) {
            done.push({ workspaceId: id, transition: rule.transition, reason: rule.reason });
            log.info({ workspace: id, transition: rule.transition, reason: rule.reason }, 'a build is due');
          }
        } catch (err) {
          if (err instanceof ApiError && err.code === 'INSUFFICIENT_QUOTA') {
            log.warn(
              { workspace: id, problem: err.message },
              'a workspace cannot start by itself: its quota is used up',
            );
            continue;
          }
          // One workspace that cannot be built must not keep the others from it.
          log.error({ err, workspace: id, reason: rule.reason }, 'a scheduled build could not be made');
        }
      }
    }
    await markIdleDormant(db, clock.now());
    await moveMissedStarts(deps);
    await forgetOldKeys(db, clock.now());
    return done;
  }

  async function follow(workspaceId: string, rule: Rule): Promise<boolean> {
    return inTransaction(db, async (trx) => {
      const { rows } =
        await sql`select from workspaces where id = ${workspaceId} for update skip locked`.execute(trx);
      const latest = rows.length === 0 ? undefined : await loadLatest(trx, workspaceId);
      const now = clock.now();
      // Asked again now that the row is ours: another replica may have been faster.
      if (!latest || isActive(latest.jobStatus) || !(await dueNow(trx, rule.due(now), workspaceId)).length)
        return false;
      await rule.also?.(trx, latest, now);
      const build = await resolve(latest, rule.transition);
      if (!build) return false;
      await insertBuild(trx, deps, {
        workspaceId,
        organizationId: latest.organizationId,
        ownerId: latest.ownerId,
        ownerName: latest.ownerName,
        number: latest.lastNumber + 1,
        versionId: build.version.id,
        fileId: build.version.fileId,
        transition: rule.transition,
        reason: rule.reason,
        initiatorId: latest.ownerId,
        values: build.values,
        presetId: build.presetId,
        orphan: false,
        size: build.size,
        state: latest.state,
      });
      return true;
    });
  }

  /** Version and parameters of a build nobody asks for; undefined when a person must choose first. */
  async function resolve(latest: Latest, transition: Latest['transition']) {
    try {
      const version = await loadBuildableVersion(db, versionOf(latest, { transition }));
      const resolved = resolveValues(latest, { transition }, version);
      const names = { workspace: latest.name, owner: latest.ownerName };
      const size = transition === 'start' ? sizeOf(version, resolved.values, names) : noSize;
      return { version, size, ...resolved };
    } catch (error) {
      if (!(error instanceof ApiError) || transition !== 'start') throw error;
      log.warn(
        { workspace: latest.id, problem: error.body() },
        'a workspace cannot start by itself: the template asks for parameters that it does not have',
      );
      return undefined;
    }
  }

  return {
    tick,
    start(intervalMs) {
      const next = () => {
        timer = setTimeout(() => {
          ticking = tick()
            .catch((err: unknown) => log.error({ err }, 'the schedules could not be looked at'))
            .finally(() => {
              if (timer) next();
            });
        }, intervalMs);
        timer.unref();
      };
      next();
    },
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      await ticking;
    },
  };
}

async function dueNow(db: Db, condition: RawBuilder<unknown>, id?: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select w.id from workspaces w
    join users u on u.id = w.owner_id
    join templates t on t.id = w.template_id
    join lateral (
      select * from workspace_builds where workspace_id = w.id and not withdrawn order by build_number desc limit 1
    ) b on true
    join provisioner_jobs j on j.id = b.job_id
    where not w.deleted and j.status not in ('pending', 'running', 'canceling')
      and ${id === undefined ? sql`true` : sql`w.id = ${id}`} and (${condition})
    limit 1000`.execute(db);
  return rows.map((row) => row.id);
}

/** Workspaces that are stopped already become dormant without a build. */
async function markIdleDormant(db: Db, now: Date): Promise<void> {
  const idle = sql`w.dormant_at is null and t.time_til_dormant_ms > 0
    and w.last_used_at + ${ms('t.time_til_dormant_ms')} <= ${now}
    and exists (
      select from workspace_builds b join provisioner_jobs j on j.id = b.job_id
      where b.workspace_id = w.id and b.transition = 'stop' and j.status = 'succeeded'
        and b.build_number = (select max(build_number) from workspace_builds where workspace_id = w.id and not withdrawn))`;
  await markDormant(db, idle, now);
}

async function setNextStart(trx: Db, latest: Latest, now: Date): Promise<void> {
  const next = nextStart(latest.autostartSchedule, latest.allowUserAutostart, now);
  await trx.updateTable('workspaces').set({ next_start_at: next }).where('id', '=', latest.id).execute();
}

/** How many workspaces are read at once. */
const batch = 200;

/** A workspace that ran already, or could not be started, when its time came waits for the next time. */
async function moveMissedStarts(deps: Pick<WorkspacesDeps, 'db' | 'clock' | 'log'>): Promise<void> {
  const now = deps.clock.now();
  let last: string | undefined;
  do {
    last = await moveSome(deps, now, last);
  } while (last !== undefined);
}

/** The same of those with a greater id than `after`. Returns the id of the last one; undefined when there is none left. */
async function moveSome(
  { db, log }: Pick<WorkspacesDeps, 'db' | 'log'>,
  now: Date,
  after: string | undefined,
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string; schedule: string | null; allowed: boolean }>`
    select w.id, w.autostart_schedule as schedule, t.allow_user_autostart as allowed
    from workspaces w join templates t on t.id = w.template_id
    where not w.deleted and w.next_start_at <= ${now} and ${after === undefined ? sql`true` : sql`w.id > ${after}`}
      and not exists (
        select from workspace_builds b join provisioner_jobs j on j.id = b.job_id
        where b.workspace_id = w.id and j.status in ('pending', 'running', 'canceling'))
    order by w.id limit ${batch}`.execute(db);
  for (const { id, schedule, allowed } of rows) {
    try {
      const next = nextStart(schedule, allowed, now);
      // Whoever has changed the schedule meanwhile has set the next start as well.
      await sql`
        update workspaces set next_start_at = ${next}
        where id = ${id} and autostart_schedule is not distinct from ${schedule}`.execute(db);
    } catch (err) {
      log.error({ err, workspace: id, schedule }, 'the next start of a workspace could not be told');
    }
  }
  return rows.length < batch ? undefined : rows.at(-1)?.id;
}
