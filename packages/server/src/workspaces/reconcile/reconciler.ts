import type { Provisioner } from '../../provisioners/index.ts';
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
  /** Something may have happened (an agent has ended): looks soon, once for however many pokes. */
  poke(): void;
  /**
   * Puts the builds of dead servers back into the queue, then looks at everything in the background, at once and on an
   * interval.
   */
  start(intervalMs: number): Promise<void>;
  stop(): Promise<void>;
};

const revivedAtOnce = 4;
/** So that the agents of one workspace, which end together, are looked at together. */
const pokeDelayMs = 200;

/** The level-triggered loop: the database says what should be, the provisioners say what is. */
export function createReconciler(deps: ReconcileDeps): Reconciler {
  const { log } = deps;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  async function mendBuilds(): Promise<void> {
    await deps.buryDead();
    await requeueBuilds(deps);
    await expireBuilds(deps);
  }

  async function run(): Promise<void> {
    await mendBuilds();
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
    const missing = [...wanted.values()].filter(
      ({ id, active, runs, hostname }) =>
        !active && runs && hostname === deps.replica.hostname && found.get(id) !== 'running',
    );
    // After a reboot it is every workspace of the machine at once.
    const next = missing.values();
    const revive = async () => {
      for (const { id, buildId } of next) await mend(id, () => reviveWorkspace(deps, id, buildId));
    };
    await Promise.all(Array.from({ length: revivedAtOnce }, revive));
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

  let everyMs = 0;
  let started = false;
  function runIn(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = run()
        .catch((err: unknown) => log.error({ err }, 'what is could not be compared with what should be'))
        .finally(() => {
          if (started) runIn(everyMs);
        });
    }, ms);
    timer.unref();
  }

  return {
    run,
    poke() {
      if (started) runIn(pokeDelayMs);
    },
    async start(intervalMs) {
      everyMs = intervalMs;
      await mendBuilds();
      started = true;
      runIn(0);
    },
    async stop() {
      started = false;
      clearTimeout(timer);
      await running;
    },
  };
}
