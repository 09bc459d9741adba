import {
  ApiError,
  DEFAULT_PAGE_SIZE,
  type ProvisionerLog,
  type Workspace,
  type WorkspaceBuild,
} from '@coder/api';
import { sql } from 'kysely';
import { type Actor, can } from '../authorization/index.ts';
import { inTransaction } from '../database/index.ts';
import { followLogs, type JobLogInput, waitForLogs } from '../jobs/index.ts';
import { loadBuildableVersion, resolveParameters } from '../templates/index.ts';
import { createBumpActivity } from './activity.ts';
import { cancelJob } from './builds/cancel.ts';
import { type BuildRequest, createBuild, versionOf } from './builds/create-build.ts';
import { createBuildState } from './builds/state.ts';
import { loadTimings } from './builds/timings.ts';
import { type CreateRequest, createWorkspace } from './create-workspace.ts';
import type { WorkspacesDeps } from './deps.ts';
import { createDormancy } from './dormancy.ts';
import { findBuild, findLatest, findWorkspace, findWorkspaceByName } from './find.ts';
import { workspaceMetrics } from './metrics.ts';
import { type BuildRow, selectBuilds } from './read/build-rows.ts';
import { type ListInput, listWorkspaces } from './read/list.ts';
import { presentBuilds } from './read/present-build.ts';
import { presentWorkspaces, selectWorkspaces, type WorkspaceRow } from './read/present-workspace.ts';
import { createSharedLists } from './read/shared-lists.ts';
import { type ReadinessInput, workspaceReadiness } from './readiness.ts';
import { type Changed, createSettings } from './settings.ts';
import { createPortShares } from './sharing/port-shares.ts';
import { createSharing } from './sharing/sharing.ts';

export type Workspaces = ReturnType<typeof createWorkspaces>;

/** Workspaces and their builds: what may be asked of them, and by whom. */
export function createWorkspaces(deps: WorkspacesDeps) {
  const { db, clock, changes } = deps;
  const settings = createSettings(deps);
  const sharing = createSharing(deps);
  const updateDormancy = createDormancy(deps);
  const lists = createSharedLists(clock);
  // Without hearing of changes an answer could be older than what its asker knows, so until then nothing is shared.
  let hearing = false;
  changes
    .listen('workspace_changed', lists.forget, lists.forget)
    .then(() => {
      hearing = true;
    })
    .catch((err: unknown) => deps.log.warn({ err }, 'changes cannot be heard; lists are not shared'));
  const bumpActivity = createBumpActivity(db);

  /** Who has changed something sees it at once, before its announcement has come back from the database. */
  const changing =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      try {
        return await work(...args);
      } finally {
        lists.forget();
      }
    };

  const present = async (row: WorkspaceRow): Promise<Workspace> => {
    const [workspace] = await presentWorkspaces(deps, [row]);
    if (!workspace) throw new ApiError('NOT_FOUND');
    return workspace;
  };
  const presentBuild = async (row: BuildRow | undefined): Promise<WorkspaceBuild> => {
    const [build] = row ? await presentBuilds(deps, [row]) : [];
    if (!build) throw new ApiError('NOT_FOUND');
    return build;
  };
  const byId = async (id: string): Promise<Workspace> => {
    const [row] = await selectWorkspaces(db, sql`where w.id = ${id}`);
    if (!row) throw new ApiError('NOT_FOUND');
    return present(row);
  };

  return {
    rename: changing(settings.rename),
    updateAutostart: changing(settings.updateAutostart),
    updateTtl: changing(settings.updateTtl),
    extend: changing(settings.extend),
    updateAutomaticUpdates: changing(settings.updateAutomaticUpdates),
    setFavorite: changing(settings.setFavorite),
    updateDormancy: changing(updateDormancy),
    buildState: createBuildState(deps),
    getAcl: sharing.getAcl,
    updateAcl: changing(sharing.updateAcl),
    deleteAcl: changing(sharing.deleteAcl),
    ports: createPortShares(deps),
    /** For the agents: a sign of life of a workspace. */
    bumpActivity,

    list(actor: Actor, input: ListInput) {
      const read = () => listWorkspaces(deps, actor, input);
      return hearing ? lists.get(actor, input, read) : read();
    },
    metrics: (actor: Actor, input: { q?: string | undefined; limit?: number | undefined }) =>
      workspaceMetrics(deps, actor, input),
    readiness: (actor: Actor, input: ReadinessInput, signal?: AbortSignal) =>
      workspaceReadiness(deps, actor, input, signal),

    create: changing(async (actor: Actor, request: CreateRequest, idempotencyKey?: string) =>
      byId(await createWorkspace(deps, actor, request, idempotencyKey)),
    ),
    async get(actor: Actor, id: string, includeDeleted = false) {
      return present(await findWorkspace(db, actor, id, { includeDeleted }));
    },
    async getByName(actor: Actor, user: string, name: string, includeDeleted = false) {
      return present(await findWorkspaceByName(db, actor, user, name, includeDeleted));
    },
    /** The workspace now and whenever it changes, until the signal fires or it is gone. Two changes at once may show as one. */
    async *watch(actor: Actor, id: string, signal: AbortSignal): AsyncGenerator<Workspace> {
      let changed = Promise.withResolvers<void>();
      const unsubscribe = await changes.subscribe('workspace_changed', id, () => changed.resolve());
      signal.addEventListener('abort', () => changed.resolve(), { once: true });
      try {
        while (!signal.aborted) {
          changed = Promise.withResolvers();
          const row = await findWorkspace(db, actor, id, { includeDeleted: true });
          yield await present(row);
          if (row.deleted) return;
          if (!signal.aborted) await changed.promise;
        }
      } finally {
        unsubscribe();
      }
    },
    async reportUsage(actor: Actor, id: string): Promise<void> {
      await findWorkspace(db, actor, id, { action: 'update' });
      await bumpActivity(id, clock.now());
    },
    /** Whether an autostart would lack a parameter that the version it would use asks for. */
    async resolveAutostart(actor: Actor, id: string): Promise<{ parameter_mismatch: boolean }> {
      const latest = await findLatest(db, actor, id, 'read');
      const version = await loadBuildableVersion(db, versionOf(latest, { transition: 'start' }));
      const { problems } = resolveParameters({
        manifest: version.manifest,
        previous: latest.values,
        transition: 'start',
      });
      return { parameter_mismatch: problems.length > 0 };
    },

    async builds(
      actor: Actor,
      id: string,
      page: {
        limit?: number | undefined;
        offset?: number | undefined;
        after_id?: string | undefined;
        since?: string | undefined;
      },
    ): Promise<WorkspaceBuild[]> {
      await findWorkspace(db, actor, id, { includeDeleted: true });
      const since = page.since === undefined ? undefined : new Date(page.since);
      if (since && Number.isNaN(since.getTime())) {
        throw new ApiError('VALIDATION_FAILED', {
          validations: [{ field: 'since', detail: 'must be an RFC 3339 time' }],
        });
      }
      const rows = await selectBuilds(
        db,
        sql`where b.workspace_id = ${id}
          and ${since ? sql`b.created_at > ${since}` : sql`true`}
          and ${page.after_id === undefined ? sql`true` : sql`b.build_number < (select build_number from workspace_builds where id = ${page.after_id} and workspace_id = ${id})`}
          order by b.build_number desc limit ${page.limit || DEFAULT_PAGE_SIZE} offset ${page.offset ?? 0}`,
      );
      return presentBuilds(deps, rows);
    },
    createBuild: changing(
      async (actor: Actor, workspaceId: string, request: BuildRequest, idempotencyKey?: string) => {
        const buildId = await createBuild(deps, actor, workspaceId, request, idempotencyKey);
        const [row] = await selectBuilds(db, sql`where b.id = ${buildId}`);
        return presentBuild(row);
      },
    ),
    async getBuild(actor: Actor, id: string): Promise<WorkspaceBuild> {
      return presentBuild(await findBuild(db, actor, id));
    },
    async getBuildByNumber(
      actor: Actor,
      user: string,
      name: string,
      number: number,
    ): Promise<WorkspaceBuild> {
      const workspace = await findWorkspaceByName(db, actor, user, name);
      const [row] = await selectBuilds(
        db,
        sql`where b.workspace_id = ${workspace.id} and b.build_number = ${number}`,
      );
      if (!row) {
        throw new ApiError('NOT_FOUND', {
          message: `The workspace "${workspace.name}" has no build ${number}.`,
        });
      }
      return presentBuild(row);
    },
    /** How long the parts of a build took. */
    buildTimings: async (actor: Actor, id: string) => loadTimings(db, await findBuild(db, actor, id)),
    /** The same of the latest build of a workspace. */
    async timings(actor: Actor, workspaceId: string) {
      const { buildId } = await findLatest(db, actor, workspaceId, 'read');
      return loadTimings(db, await findBuild(db, actor, buildId));
    },
    /** Cancels a build: one that waits is over at once, one that runs is told to stop. */
    cancelBuild: changing(async (actor: Actor, id: string): Promise<Changed> => {
      const build = await findBuild(db, actor, id, 'update');
      const latest = await findLatest(db, actor, build.workspace_id, 'update');
      const template = {
        type: 'template',
        id: latest.templateId,
        organizationId: latest.organizationId,
      } as const;
      if (!latest.allowUserCancel && !can(actor, 'update', template)) {
        throw new ApiError('FORBIDDEN', {
          message: 'The template does not allow its users to cancel builds.',
          detail: 'Wait until the build has ended, or ask an administrator of the template to cancel it.',
        });
      }
      const job = { id: build.job_id, buildId: build.id, workspaceId: build.workspace_id };
      const status = await inTransaction(db, (trx) => cancelJob(trx, deps, job));
      if (status === undefined) {
        throw new ApiError('CONFLICT', {
          message: `The build is over: it ${overWord[build.job_status] ?? 'has ended'}.`,
          detail: 'There is nothing left to cancel. Another build can start, stop or delete the workspace.',
        });
      }
      const name = `${latest.ownerName}/${latest.name}`;
      return { name, field: 'status', before: build.job_status, after: status };
    }),
    async buildLogs(
      actor: Actor,
      id: string,
      input: JobLogInput,
      signal?: AbortSignal,
    ): Promise<ProvisionerLog[]> {
      const build = await findBuild(db, actor, id);
      return waitForLogs({ db, changes }, build.job_id, input, signal);
    },
    /** The build's log line by line, as it is written, until the build has ended. */
    async followBuildLogs(actor: Actor, id: string, after: number, signal: AbortSignal) {
      const build = await findBuild(db, actor, id);
      return followLogs({ db, changes }, build.job_id, after, signal);
    },
    async buildParameters(actor: Actor, id: string): Promise<{ name: string; value: string }[]> {
      const build = await findBuild(db, actor, id);
      const row = await db
        .selectFrom('workspace_builds')
        .select('parameters')
        .where('id', '=', build.id)
        .executeTakeFirstOrThrow();
      return row.parameters as { name: string; value: string }[];
    },
  };
}

const overWord: Partial<Record<string, string>> = {
  succeeded: 'has succeeded',
  failed: 'has failed',
  canceled: 'was canceled',
};
