import { admitToKey } from '../identity/index.ts';
import { admitToGrant } from '../oauth/index.ts';
import { loadBuildableVersion } from '../templates/index.ts';
import {
  createBuildRunner,
  createKeyedLock,
  createReconciler,
  createScheduler,
  createWorkspaces,
  defaultSettings,
} from '../workspaces/index.ts';
import type { Jobs } from './compose-jobs.ts';
import type { Ground } from './ground.ts';
import { createLocalRuntime } from './local-runtime.ts';

/** How often the machine is compared with the database, besides at the start and after each build. */
const RECONCILE_EVERY_MS = 30_000;

type Needs = Pick<Parameters<typeof createWorkspaces>[0], 'agents' | 'forget'> & { readonly jobs: Jobs };

/** Workspaces, the runtimes they run on, and the three loops that build, schedule and repair them. */
export function composeWorkspaces(
  ground: Ground,
  { agents, forget, jobs: { queue, changes, replica } }: Needs,
) {
  const { config, log, clock } = ground;
  const local = createLocalRuntime(ground, () => reconciler.poke());
  const provisioners = new Map([[local.runtime, local]]);
  const deps = {
    db: ground.database.db,
    clock,
    log,
    queue,
    changes,
    replica,
    provisioners,
    templates: { loadBuildableVersion },
    agents,
    allowLists: { toKey: admitToKey, toGrant: admitToGrant },
    forget,
    settings: {
      ...defaultSettings,
      buildTimeoutMs: config.buildTimeout,
      inactiveDisconnectMs: config.agentInactiveDisconnectTimeout,
      disableSharing: config.disableWorkspaceSharing,
    },
    lock: createKeyedLock(),
  };
  const runner = createBuildRunner(deps);
  const scheduler = createScheduler(deps);
  const reconciler = createReconciler({ ...deps, buryDead: replica.buryDead });
  let preparing = Promise.resolve();

  return {
    workspaces: createWorkspaces(deps),
    /** What workspaces can run on here. */
    runtimes: [...provisioners.keys()],
    /** Rejects when this machine cannot give a runtime that the server has. */
    checkRuntime: async (runtime: string) => provisioners.get(runtime)?.check(),
    async start() {
      await runner.start();
      await queue.run({ concurrency: config.provisionerDaemons });
      scheduler.start(config.autobuildPollInterval);
      await reconciler.start(RECONCILE_EVERY_MS);
      preparing = local
        .prepare()
        .catch((err: unknown) => log.warn({ err }, 'the local runtime could not be prepared'));
    },
    /** Takes no new work and waits for what runs, as long as the server may take to stop. */
    async drain() {
      await Promise.all([scheduler.stop(), reconciler.stop()]);
      await queue.stop({ deadlineMs: config.shutdownTimeout });
      // It writes to the data folder, which is another's once this server has ended.
      await preparing;
    },
    close: () => runner.stop(),
  };
}
