import type { Workspace, WorkspaceBuild } from '@coder/api';
import type { Clock } from '../../clock.ts';
import { systemClock } from '../../clock.ts';
import { createNotifications } from '../../database/index.ts';
import { admitToKey } from '../../identity/index.ts';
import { createChanges, createQueue, createReplica, waitUntil } from '../../jobs/index.ts';
import { createNoopLogger, type TestDatabase, testDatabase } from '../../testing/index.ts';
import { createKeyedLock } from '../builds/keyed-lock.ts';
import { createBuildRunner } from '../builds/runner.ts';
import { type AgentsPort, type AllowLists, defaultSettings, type WorkspaceSettings } from '../deps.ts';
import { createReconciler } from '../reconcile/reconciler.ts';
import { createScheduler } from '../schedule/scheduler.ts';
import { createWorkspaces } from '../service.ts';
import { isActive } from '../status.ts';
import { type ProcessProvisioner, processProvisioner } from './process-provisioner.ts';
import { type Seeded, seed } from './seed.ts';

export type WorldOptions = {
  clock?: Clock;
  settings?: Partial<WorkspaceSettings>;
  agents?: AgentsPort;
  /** Without workers a build stays pending. */
  workers?: number;
  database?: TestDatabase;
  seeded?: Seeded;
  directory?: string;
  dataDir?: string;
  /** Turns the provisioner before the first build can run. */
  prepare?: (provisioner: ProcessProvisioner) => void;
};

export type World = Awaited<ReturnType<typeof createWorld>>;

/** Everything of this folder on a database of its own, with real processes, as the server composes it. */
export async function createWorld(options: WorldOptions = {}) {
  const { clock = systemClock, workers = 3 } = options;
  const database = options.database ?? (await testDatabase());
  const { db } = database;
  const log = createNoopLogger();
  const seeded = options.seeded ?? (await seed(db));
  const notifications = createNotifications({ url: database.url, log });
  const changes = createChanges(notifications);
  const replica = createReplica({
    db,
    clock,
    log,
    version: 'test',
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
  });
  await replica.start();
  const queue = createQueue({ pool: database.pool, db, log, replicaId: replica.id });
  await queue.migrate();
  const provisioner: ProcessProvisioner = await processProvisioner(options.directory);
  options.prepare?.(provisioner);
  const lock = createKeyedLock();
  const deps = {
    db,
    clock,
    log,
    queue,
    changes,
    replica,
    provisioners: new Map([[provisioner.runtime, provisioner]]),
    agents: options.agents ?? { shutdownAgent: async () => true },
    allowLists: {
      toKey: admitToKey,
      // Loaded when a test comes to it, since it takes a while.
      toGrant: async (...of) => (await import('../../oauth/index.ts')).admitToGrant(...of),
    } satisfies AllowLists,
    settings: { ...defaultSettings, ...options.settings },
    // Actors of these tests are made by hand; nothing of them is held in memory.
    forget: { user: () => undefined, group: () => undefined },
    lock,
    buryDead: replica.buryDead,
  };
  const runner = createBuildRunner(deps);
  await runner.start();
  if (workers > 0) await queue.run({ concurrency: workers });
  const workspaces = createWorkspaces(deps);

  /** The build when it is over. */
  async function ended(buildId: string): Promise<WorkspaceBuild> {
    const { actor } = seeded.user;
    const first = await workspaces.getBuild(actor, buildId);
    const { value, expired } = await waitUntil(
      changes,
      { channel: 'workspace_changed', id: first.workspace_id, waitMs: 20_000 },
      async () => {
        const build = await workspaces.getBuild(actor, buildId);
        return { value: build, final: !isActive(build.job.status) };
      },
    );
    if (expired) throw new Error(`the build is still ${value.job.status} after 20 s`);
    return value;
  }

  async function create(name: string, more: Record<string, unknown> = {}): Promise<Workspace> {
    const request = { user: 'me', template_id: seeded.templateId, name, ...more };
    return workspaces.create(seeded.user.actor, request);
  }

  async function close(): Promise<void> {
    await queue.stop({ deadlineMs: 2_000 });
    runner.stop();
    await notifications.close();
    await replica.stop();
    if (options.directory === undefined) await provisioner.cleanUp();
    if (!options.database) await database.close();
  }

  return {
    ...seeded,
    actor: seeded.user.actor,
    database,
    db,
    clock,
    deps,
    queue,
    changes,
    provisioner,
    runner,
    workspaces,
    replica,
    scheduler: createScheduler(deps),
    reconciler: createReconciler(deps),
    ended,
    create,
    /** Creates a workspace and waits until its first build is over. */
    async created(name: string, more: Record<string, unknown> = {}): Promise<Workspace> {
      const workspace = await create(name, more);
      await ended(workspace.latest_build.id);
      return workspaces.get(seeded.user.actor, workspace.id);
    },
    /** Makes a build and waits until it is over. */
    async built(id: string, transition: 'start' | 'stop' | 'delete'): Promise<WorkspaceBuild> {
      const build = await workspaces.createBuild(seeded.user.actor, id, { transition });
      return ended(build.id);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Work that ends, with an error, only when it is told to. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const letGo = () => reject(new Error('let go'));
    if (signal.aborted) letGo();
    else signal.addEventListener('abort', letGo);
  });
}

export { failure } from '../../testing/index.ts';
