import type { Provisioner } from '../../provisioners/provisioner.ts';
import type { KeyedLock } from '../builds/keyed-lock.ts';
import type { WorkspacesDeps } from '../deps.ts';
import { provisionerLog } from './provisioner-log.ts';
import { reviveWorkspace } from './revive.ts';
import { expireBuilds, requeueBuilds } from './stale-builds.ts';
import { readWanted, type Wanted } from './wanted.ts';

export type ReconcileDeps = WorkspacesDeps & {
  readonly lock: KeyedLock;
  /** Marks replicas that died and says which. */
  readonly buryDead: () => Promise<readonly string[]>;
};

export type Reconciler = {
  /** Compares what should be with what is, once, and mends the difference. */
  run(): Promise<void>;
  /** Runs now and then on an interval. */
  start(intervalMs: number): Promise<void>;
  stop(): Promise<void>;
};

/** The level-triggered loop: the database says what should be, the provisioners say what is. */
export function createReconciler(deps: ReconcileDeps): Reconciler {
  const { log } = deps;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  async function run(): Promise<void> {
    await deps.buryDead();
    await requeueBuilds(deps);
    await expireBuilds(deps);
    for (const provisioner of deps.provisioners.values()) {
      try {
        await compare(provisioner);
      } catch (err) {
        log.error({ err, runtime: provisioner.runtime }, 'the workspaces of a runtime could not be compared');
      }
    }
  }

  async function compare(provisioner: Provisioner): Promise<void> {
    const found = new Map((await provisioner.list()).map(({ workspaceId, status }) => [workspaceId, status]));
    const wanted = await readWanted(deps, [...found.keys()]);
    for (const [workspaceId, status] of found) {
      const want = wanted.get(workspaceId);
      if (want?.active) continue;
      await mend(workspaceId, () => removeSurplus(provisioner, workspaceId, status, want));
    }
    for (const want of wanted.values()) {
      const here = want.hostname === deps.replica.hostname;
      if (want.active || !want.runs || !here || found.get(want.id) === 'running') continue;
      await mend(want.id, () => reviveWorkspace(deps, want.id, want.buildId));
    }
  }

  /** One workspace that cannot be mended must not keep the others from it. */
  async function mend(workspaceId: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (err) {
      log.error({ err, workspace: workspaceId }, 'a workspace could not be brought to what it should be');
    }
  }

  async function removeSurplus(
    provisioner: Provisioner,
    workspaceId: string,
    status: 'running' | 'stopped',
    seen: Wanted | undefined,
  ): Promise<void> {
    if (seen?.runs || (status === 'stopped' && !seen?.deleted)) return;
    await deps.lock(workspaceId, async () => {
      // Read again now that no build of this process can come between.
      const want = (await readWanted(deps, [workspaceId])).get(workspaceId);
      if (want?.active || want?.runs) return;
      const write = provisionerLog(log, workspaceId);
      if (status === 'running') {
        log.warn({ workspace: workspaceId }, 'processes run of a workspace that should not; they are ended');
        await provisioner.stop(workspaceId, {}, write);
      }
      // What no database row speaks of may be another database's: its processes are ended, its files are kept.
      if (want?.deleted) await provisioner.delete(workspaceId, {}, write);
    });
  }

  return {
    run,
    async start(intervalMs) {
      await run();
      const next = () => {
        timer = setTimeout(() => {
          running = run()
            .catch((err: unknown) => log.error({ err }, 'what is could not be compared with what should be'))
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
      await running;
    },
  };
}
