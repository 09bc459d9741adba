import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testClock } from '../../testing/index.ts';
import { createWorld, type World } from '../testing/world.ts';

async function agentRow({ db }: World) {
  return db.selectFrom('workspace_agents').selectAll().executeTakeFirstOrThrow();
}

describe('the reconcile loop', () => {
  it('starts again what should run and does not, with a new token, and leaves alone what keeps ending', async () => {
    const clock = testClock();
    await using world = await createWorld({ clock, settings: { maxRestarts: 2 } });
    const { id, latest_build: build } = await world.created('web');
    const before = await agentRow(world);
    for (const attempt of [1, 2]) {
      await world.provisioner.kill(id);
      await world.reconciler.run();
      expect(await world.provisioner.pidOf(id)).toBeTypeOf('number');
      expect(world.provisioner.starts).toHaveLength(attempt + 1);
    }
    const after = await agentRow(world);
    expect(after.id).toBe(before.id);
    expect(after.token_hash?.equals(before.token_hash!)).toBe(false);

    await world.provisioner.kill(id);
    await world.reconciler.run();
    await world.reconciler.run();
    expect(await world.provisioner.pidOf(id)).toBeUndefined();
    expect(world.provisioner.starts).toHaveLength(3);
    const workspace = await world.workspaces.get(world.actor, id);
    expect(workspace.latest_build.id).toBe(build.id);
    expect(workspace.health.healthy).toBe(false);
    const readiness = await world.workspaces.readiness(world.actor, { workspace: id, wait_ms: 0 });
    expect([readiness.state, readiness.reason]).toEqual([
      'unavailable',
      expect.stringContaining('3 times in a row'),
    ]);
    await world.built(id, 'stop');
    expect((await world.built(id, 'start')).status).toBe('running');
    await world.provisioner.kill(id);
    await world.reconciler.run();
    expect(await world.provisioner.pidOf(id)).toBeTypeOf('number');
  });

  it('counts anew after a time without a restart', async () => {
    const clock = testClock();
    await using world = await createWorld({ clock, settings: { maxRestarts: 1, restartWindowMs: 1_000 } });
    const { id } = await world.created('web');
    for (let i = 0; i < 3; i++) {
      await world.provisioner.kill(id);
      await world.reconciler.run();
      expect(await world.provisioner.pidOf(id)).toBeTypeOf('number');
      clock.advance(2_000);
    }
  });

  it('does not touch what runs on another machine', async () => {
    await using world = await createWorld();
    const { id } = await world.created('web');
    await world.provisioner.kill(id);
    await world.db.updateTable('replicas').set({ hostname: 'elsewhere' }).execute();
    await world.reconciler.run();
    expect(world.provisioner.starts).toHaveLength(1);
  });

  it('ends what runs and should not, and removes what is deleted', async () => {
    await using world = await createWorld();
    const { id } = await world.created('web');
    const input = world.provisioner.starts[0]!;
    const start = () => world.provisioner.start(input, () => {}, new AbortController().signal);
    await world.built(id, 'stop');
    await start();
    await world.reconciler.run();
    expect(await world.provisioner.inspect(id, {})).toBe('stopped');
    await world.built(id, 'delete');
    await start();
    await world.reconciler.run();
    expect(await world.provisioner.inspect(id, {})).toBe('missing');
  });

  it('ends the processes of a workspace that no row speaks of, and keeps its files', async () => {
    await using world = await createWorld();
    const stranger = randomUUID();
    await world.created('web');
    const input = { ...world.provisioner.starts[0]!, workspaceId: stranger };
    await world.provisioner.start(input, () => {}, new AbortController().signal);
    await mkdir(join(world.provisioner.directory, stranger, 'home', 'work'));
    await world.reconciler.run();
    expect(await world.provisioner.inspect(stranger, {})).toBe('stopped');
  });

  it('keeps away from a workspace that is being built', async () => {
    await using world = await createWorld();
    const reached = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    world.provisioner.hooks.onStart = async () => {
      reached.resolve();
      await go.promise;
    };
    const { id, latest_build: build } = await world.create('web');
    await reached.promise;
    const pid = await world.provisioner.pidOf(id);
    await world.reconciler.run();
    expect(await world.provisioner.pidOf(id)).toBe(pid);
    go.resolve();
    expect((await world.ended(build.id)).status).toBe('running');
    expect(await world.provisioner.pidOf(id)).toBe(pid);
  });

  it('finds a build whose job was lost from the queue', async () => {
    const clock = testClock();
    await using world = await createWorld({ clock });
    await using idle = await createWorld({ clock, workers: 0 });
    const { latest_build: build } = await idle.create('web');
    await idle.queue.remove(`build:${build.id}`);
    await idle.queue.run({ concurrency: 1 });
    clock.advance(10_000);
    await idle.reconciler.run();
    expect((await idle.ended(build.id)).status).toBe('running');
    void world;
  });

  it('gives up a build that no worker takes, and says what to do', async () => {
    const clock = testClock();
    await using world = await createWorld({ clock, workers: 0 });
    const { latest_build: build } = await world.create('web');
    clock.advance(31 * 60_000);
    await world.reconciler.run();
    const { job } = await world.workspaces.getBuild(world.actor, build.id);
    expect([job.status, job.error]).toEqual(['failed', expect.stringContaining('--provisioner-daemons')]);
  });
});
