import { ApiError } from '@coder/api';
import type { Actor } from '../authorization/index.ts';
import { type Db, inTransaction, isUniqueViolation, notify } from '../database/index.ts';
import { loadLatest } from './builds/latest.ts';
import { nameTaken, scheduleProblems } from './create-workspace.ts';
import type { WorkspacesDeps } from './deps.ts';
import { findLatest } from './find.ts';
import { isAtRest } from './read/present-workspace.ts';
import { nextStart } from './schedule/autostart.ts';
import { buildStatus, type JobStatus } from './status.ts';

/** A deadline can be moved to no sooner than this from now. */
const leastExtensionMs = 30 * 60_000;

/** What has changed, for the audit log, by the field of the request's answer. */
export type Changed = {
  /** `owner/name`, as it is afterwards. */
  readonly name: string;
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
};
type Column = 'name' | 'autostart_schedule' | 'ttl_ms' | 'automatic_updates' | 'favorite';

/** What can be changed about a workspace without a build. */
export function createSettings(deps: Pick<WorkspacesDeps, 'db' | 'clock'>) {
  const { db, clock } = deps;

  /** Sets a column, and others that follow from it, and returns what stood in it. */
  async function change(
    trx: Db,
    id: string,
    column: Column,
    value: unknown,
    others: { next_start_at?: Date | null } = {},
  ): Promise<Pick<Changed, 'field' | 'before' | 'after'>> {
    const { before } = await trx
      .selectFrom('workspaces')
      .select(`${column} as before`)
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirstOrThrow();
    await trx
      .updateTable('workspaces')
      .set({ [column]: value, ...others, updated_at: clock.now() })
      .where('id', '=', id)
      .execute();
    await notify(trx, 'workspace_changed', id);
    return { field: column, before, after: value };
  }

  const templateOf = (id: string) =>
    db.selectFrom('templates').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

  return {
    /** Renames a workspace at rest: its name is part of what runs. */
    async rename(actor: Actor, id: string, name: string): Promise<Changed> {
      const found = await findLatest(db, actor, id, 'update');
      const full = nameOf({ ownerName: found.ownerName, name });
      if (name === found.name) return { name: full, field: 'name', before: name, after: name };
      try {
        const changed = await inTransaction(db, async (trx) => {
          const latest = await loadLatest(trx, id, true);
          const status = latest && buildStatus(latest.transition, latest.jobStatus as JobStatus);
          if (!status || !isAtRest(status)) {
            throw new ApiError('CONFLICT', {
              message: `A workspace can be renamed only while it is stopped; "${found.name}" is ${status ?? 'gone'}.`,
            });
          }
          return change(trx, id, 'name', name);
        });
        return { name: full, ...changed };
      } catch (error) {
        if (isUniqueViolation(error, 'workspaces_name')) throw nameTaken(name, found.ownerName);
        throw error;
      }
    },

    async updateAutostart(actor: Actor, id: string, schedule: string | null | undefined): Promise<Changed> {
      const workspace = await findLatest(db, actor, id, 'update');
      const template = await templateOf(workspace.templateId);
      const value = schedule || null;
      const validations = scheduleProblems({ autostart_schedule: value }, template).map(({ detail }) => ({
        field: 'schedule',
        detail,
      }));
      if (validations.length > 0) throw new ApiError('VALIDATION_FAILED', { validations });
      const next = nextStart(value, template.allow_user_autostart, clock.now());
      const changed = await inTransaction(db, (trx) =>
        change(trx, id, 'autostart_schedule', value, { next_start_at: next }),
      );
      return { name: nameOf(workspace), ...changed };
    },

    /** Takes effect at the next start; removing it also removes the deadline of what runs now. */
    async updateTtl(actor: Actor, id: string, ttlMs: number | null | undefined): Promise<Changed> {
      const workspace = await findLatest(db, actor, id, 'update');
      const template = await templateOf(workspace.templateId);
      const value = ttlMs || null;
      const validations = scheduleProblems({ ttl_ms: ttlMs }, template);
      if (validations.length > 0) throw new ApiError('VALIDATION_FAILED', { validations });
      const changed = await inTransaction(db, async (trx) => {
        const set = await change(trx, id, 'ttl_ms', value);
        if (value === null && workspace.transition === 'start') {
          await trx
            .updateTable('workspace_builds')
            .set({ deadline: null })
            .where('id', '=', workspace.buildId)
            .execute();
        }
        return set;
      });
      return { name: nameOf(workspace), ...changed };
    },

    async extend(actor: Actor, id: string, deadline: Date): Promise<Changed> {
      const workspace = await findLatest(db, actor, id, 'update');
      if (workspace.transition !== 'start' || workspace.jobStatus !== 'succeeded') {
        throw new ApiError('WORKSPACE_NOT_RUNNING', {
          message: `The workspace "${workspace.name}" is not running.`,
        });
      }
      if (workspace.deadline === null) {
        throw new ApiError('CONFLICT', {
          message: 'The workspace has no deadline: it runs until it is stopped.',
          detail: 'Set a time to autostop first; it takes effect at the next start.',
        });
      }
      const problem = deadlineProblem(deadline, clock.now(), workspace.maxDeadline);
      if (problem !== undefined) {
        throw new ApiError('VALIDATION_FAILED', { validations: [{ field: 'deadline', detail: problem }] });
      }
      await inTransaction(db, async (trx) => {
        await trx
          .updateTable('workspace_builds')
          .set({ deadline, updated_at: clock.now() })
          .where('id', '=', workspace.buildId)
          .execute();
        await notify(trx, 'workspace_changed', id);
      });
      return { name: nameOf(workspace), field: 'deadline', before: workspace.deadline, after: deadline };
    },

    async updateAutomaticUpdates(actor: Actor, id: string, value: 'always' | 'never'): Promise<Changed> {
      const workspace = await findLatest(db, actor, id, 'update');
      const changed = await inTransaction(db, (trx) => change(trx, id, 'automatic_updates', value));
      return { name: nameOf(workspace), ...changed };
    },

    /** A favorite is the owner's mark: on somebody else's workspace it would move things in their list. */
    async setFavorite(actor: Actor, id: string, favorite: boolean): Promise<Changed> {
      const workspace = await findLatest(db, actor, id, 'update');
      if (workspace.ownerId !== actor.user.id) {
        throw new ApiError('FORBIDDEN', {
          message: 'Only its owner can mark a workspace as favorite.',
          detail:
            'A favorite moves things in the list of the owner. Find the workspaces of others by a search.',
        });
      }
      const changed = await inTransaction(db, (trx) => change(trx, id, 'favorite', favorite));
      return { name: nameOf(workspace), ...changed };
    },
  };
}

const nameOf = ({ ownerName, name }: { ownerName: string; name: string }): string => `${ownerName}/${name}`;

function deadlineProblem(deadline: Date, now: Date, latest: Date | null): string | undefined {
  const least = new Date(now.getTime() + leastExtensionMs);
  if (deadline < least) return `must be at least 30 minutes ahead (${least.toISOString()} or later)`;
  if (latest && deadline > latest)
    return `must not be after the latest deadline of this build, ${latest.toISOString()}`;
  return undefined;
}
