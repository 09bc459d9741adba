import { ApiError } from '@coder/api';
import type { Actor } from '../authorization/index.ts';
import { type Db, inTransaction, isUniqueViolation, notify } from '../database/index.ts';
import { loadLatest } from './builds/latest.ts';
import { nameTaken, scheduleProblems } from './create-workspace.ts';
import type { WorkspacesDeps } from './deps.ts';
import { findLatest, findWorkspace } from './find.ts';
import { isAtRest } from './read/present-workspace.ts';
import { nextStart } from './schedule/autostart.ts';
import { buildStatus, type JobStatus } from './status.ts';

/** A deadline can be moved to no sooner than this from now. */
const leastExtensionMs = 30 * 60_000;

/** What can be changed about a workspace without a build. */
export function createSettings(deps: Pick<WorkspacesDeps, 'db' | 'clock'>) {
  const { db, clock } = deps;

  async function change(trx: Db, id: string, columns: Partial<Record<string, unknown>>): Promise<void> {
    await trx
      .updateTable('workspaces')
      .set({ ...columns, updated_at: clock.now() })
      .where('id', '=', id)
      .execute();
    await notify(trx, 'workspace_changed', id);
  }

  const templateOf = (id: string) =>
    db.selectFrom('templates').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

  return {
    /** Renames a workspace at rest: its name is part of what runs. */
    async rename(actor: Actor, id: string, name: string): Promise<void> {
      const found = await findLatest(db, actor, id, 'update');
      if (name === found.name) return;
      try {
        await inTransaction(db, async (trx) => {
          const latest = await loadLatest(trx, id, true);
          const status = latest && buildStatus(latest.transition, latest.jobStatus as JobStatus);
          if (!status || !isAtRest(status)) {
            throw new ApiError('CONFLICT', {
              message: `A workspace can be renamed only while it is stopped; "${found.name}" is ${status ?? 'gone'}.`,
            });
          }
          await change(trx, id, { name });
        });
      } catch (error) {
        if (isUniqueViolation(error, 'workspaces_name')) throw nameTaken(name, found.ownerName);
        throw error;
      }
    },

    async updateAutostart(actor: Actor, id: string, schedule: string | null | undefined): Promise<void> {
      const workspace = await findLatest(db, actor, id, 'update');
      const template = await templateOf(workspace.templateId);
      const value = schedule || null;
      const validations = scheduleProblems({ autostart_schedule: value }, template).map(({ detail }) => ({
        field: 'schedule',
        detail,
      }));
      if (validations.length > 0) throw new ApiError('VALIDATION_FAILED', { validations });
      const next = nextStart(value, template.allow_user_autostart, clock.now());
      await inTransaction(db, (trx) => change(trx, id, { autostart_schedule: value, next_start_at: next }));
    },

    /** Takes effect at the next start; removing it also removes the deadline of what runs now. */
    async updateTtl(actor: Actor, id: string, ttlMs: number | null | undefined): Promise<void> {
      const workspace = await findLatest(db, actor, id, 'update');
      const template = await templateOf(workspace.templateId);
      const value = ttlMs || null;
      const validations = scheduleProblems({ ttl_ms: ttlMs }, template);
      if (validations.length > 0) throw new ApiError('VALIDATION_FAILED', { validations });
      await inTransaction(db, async (trx) => {
        await change(trx, id, { ttl_ms: value });
        if (value !== null || workspace.transition !== 'start') return;
        await trx
          .updateTable('workspace_builds')
          .set({ deadline: null })
          .where('id', '=', workspace.buildId)
          .execute();
      });
    },

    async extend(actor: Actor, id: string, deadline: Date): Promise<{ message: string }> {
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
      return { message: `Deadline updated to ${deadline.toISOString()}.` };
    },

    async updateAutomaticUpdates(actor: Actor, id: string, value: 'always' | 'never'): Promise<void> {
      await findWorkspace(db, actor, id, { action: 'update' });
      await inTransaction(db, (trx) => change(trx, id, { automatic_updates: value }));
    },

    /** A favorite is the owner's mark: on somebody else's workspace it would move things in their list. */
    async setFavorite(actor: Actor, id: string, favorite: boolean): Promise<void> {
      const workspace = await findWorkspace(db, actor, id, { action: 'update' });
      if (workspace.owner_id !== actor.user.id) {
        throw new ApiError('FORBIDDEN', { message: 'Only its owner can mark a workspace as favorite.' });
      }
      await inTransaction(db, (trx) => change(trx, id, { favorite }));
    },
  };
}

function deadlineProblem(deadline: Date, now: Date, latest: Date | null): string | undefined {
  const least = new Date(now.getTime() + leastExtensionMs);
  if (deadline < least) return `must be at least 30 minutes ahead (${least.toISOString()} or later)`;
  if (latest && deadline > latest)
    return `must not be after the latest deadline of this build, ${latest.toISOString()}`;
  return undefined;
}
