import { describe, expect, it } from 'vitest';
import { notify } from '../database/index.ts';
import { testClock } from '../testing/index.ts';
import { createWorld, type World } from './testing/world.ts';

async function setAgent(world: World, id: string, values: Record<string, unknown>) {
  await world.db.updateTable('workspace_agents').set(values).where('workspace_id', '=', id).execute();
  await notify(world.db, 'workspace_changed', id);
}

const connected = (world: World) => ({
  first_connected_at: world.clock.now(),
  last_connected_at: world.clock.now(),
});

describe('readiness', () => {
  it('says what a workspace is, from its build and its agent', async () => {
    const clock = testClock();
    await using world = await createWorld({ clock });
    const { id } = await world.created('web');
    const state = async (agent?: string) => {
      const answer = await world.workspaces.readiness(world.actor, { workspace: id, agent, wait_ms: 0 });
      return answer.state;
    };
    expect(await state()).toBe('pending');
    await setAgent(world, id, { ...connected(world), lifecycle_state: 'starting' });
    expect(await state()).toBe('pending');
    await setAgent(world, id, { lifecycle_state: 'ready' });
    expect(await state()).toBe('ready');
    expect(await state('MAIN')).toBe('ready');
    expect(await state('other')).toBe('unavailable');
    await setAgent(world, id, { lifecycle_state: 'start_error' });
    expect(await state()).toBe('start_error');
    await setAgent(world, id, { lifecycle_state: 'start_timeout' });
    expect(await state()).toBe('start_timeout');
    clock.advance(31_000);
    expect(await state()).toBe('disconnected');
    await world.built(id, 'stop');
    expect(await state()).toBe('stopped');
    await world.built(id, 'start');
    clock.advance(121_000);
    expect(await state()).toBe('connection_timeout');
    await world.built(id, 'delete');
    expect(await state()).toBe('deleted');
  });

  it('waits until it is decided, without asking again and again', async () => {
    await using world = await createWorld();
    const reached = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    world.provisioner.hooks.onStart = async () => {
      reached.resolve();
      await go.promise;
    };
    const { id, latest_build: build } = await world.create('web');
    await reached.promise;
    const waiting = world.workspaces.readiness(world.actor, { workspace: id, wait_ms: 20_000 });
    go.resolve();
    await world.ended(build.id);
    await setAgent(world, id, { ...connected(world), lifecycle_state: 'ready' });
    expect(await waiting).toMatchObject({ state: 'ready', ready: true, wait_expired: false });
    expect(world.provisioner.starts).toHaveLength(1);
  });

  it('gives up waiting after the time, and says so', async () => {
    await using world = await createWorld({ workers: 0 });
    const { id } = await world.create('web');
    const answer = await world.workspaces.readiness(world.actor, { workspace: id, wait_ms: 5 });
    expect(answer).toMatchObject({
      state: 'pending',
      ready: false,
      wait_expired: true,
      build_status: 'pending',
    });
  });

  it('tells a failed build with its error', async () => {
    await using world = await createWorld();
    world.provisioner.hooks.onStart = async () => {
      throw new Error('no space');
    };
    const { id } = await world.created('web');
    const answer = await world.workspaces.readiness(world.actor, { workspace: id, wait_ms: 10_000 });
    expect(answer).toMatchObject({ state: 'build_failed', build_error: expect.stringContaining('no space') });
  });
});
