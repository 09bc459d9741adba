import { describe, expect, it } from 'vitest';
import { besideChange, type TestClock, testClock } from '../../testing/index.ts';
import { createWorld, failure, type World } from '../testing/world.ts';

const minute = 60_000;
const hour = 60 * minute;

/** Moves the time and ticks; says what was built when it is over. */
async function later(world: World, clock: TestClock, ms: number): Promise<string[]> {
  clock.advance(ms);
  const made = await world.scheduler.tick();
  for (const { workspaceId } of made) {
    const workspace = await world.workspaces.get(world.actor, workspaceId, true);
    await world.ended(workspace.latest_build.id);
  }
  return made.map(({ transition, reason }) => `${transition} ${reason}`);
}

async function setTemplate(world: World, values: Record<string, unknown>) {
  await world.db.updateTable('templates').set(values).where('id', '=', world.templateId).execute();
}

describe('by itself a workspace', () => {
  it('stops at its deadline, which activity puts off', async () => {
    const clock = testClock();
    await using world = await createWorld({ clock });
    const workspace = await world.created('web', { ttl_ms: 2 * hour });
    const deadline = async () =>
      (await world.workspaces.get(world.actor, workspace.id)).latest_build.deadline;
    expect(await deadline()).toBe('2026-01-02T05:04:05.000Z');
    await world.workspaces.bumpActivity(workspace.id, clock.now());
    expect(await deadline()).toBe('2026-01-02T05:04:05.000Z');
    clock.advance(90 * minute);
    await world.workspaces.reportUsage(world.actor, workspace.id);
    expect(await deadline()).toBe('2026-01-02T05:34:05.000Z');
    expect(await later(world, clock, 59 * minute)).toEqual([]);
    expect(await later(world, clock, 1 * minute)).toEqual(['stop autostop']);
    expect(await world.provisioner.inspect(workspace.id, {})).toBe('stopped');
    expect(await later(world, clock, minute)).toEqual([]);
  });

  it('has its deadline moved within bounds', async () => {
    const clock = testClock();
    await using world = await createWorld({ clock });
    const { id } = await world.created('web', { ttl_ms: hour });
    const { workspaces, actor } = world;
    const soon = await failure(workspaces.extend(actor, id, new Date(clock.now().getTime() + 29 * minute)));
    expect(soon.validations).toMatchObject([{ field: 'deadline' }]);
    await workspaces.extend(actor, id, new Date(clock.now().getTime() + 5 * hour));
    expect(await later(world, clock, 4 * hour)).toEqual([]);
    await workspaces.updateTtl(actor, id, 0);
    expect((await workspaces.get(actor, id)).latest_build.deadline).toBeNull();
    const none = await failure(workspaces.extend(actor, id, new Date(clock.now().getTime() + hour)));
    expect(none.code).toBe('CONFLICT');
    await world.built(id, 'stop');
    const stopped = await failure(workspaces.extend(actor, id, new Date(clock.now().getTime() + hour)));
    expect(stopped.code).toBe('WORKSPACE_NOT_RUNNING');
  });

  it('starts at its time, once, however many servers look', async () => {
    const clock = testClock('2026-01-05T05:00:00Z');
    await using world = await createWorld({ clock });
    const workspace = await world.created('web', { autostart_schedule: 'CRON_TZ=UTC 0 6 * * 1-5' });
    expect(workspace.next_start_at).toBe('2026-01-05T06:00:00.000Z');
    // It runs already when its time comes.
    expect(await later(world, clock, hour)).toEqual([]);
    expect((await world.workspaces.get(world.actor, workspace.id)).next_start_at).toBe(
      '2026-01-06T06:00:00.000Z',
    );
    await world.built(workspace.id, 'stop');
    clock.advance(24 * hour);
    const ticks = await Promise.all([world.scheduler.tick(), world.scheduler.tick(), world.scheduler.tick()]);
    expect(ticks.flat()).toMatchObject([{ transition: 'start', reason: 'autostart' }]);
    const { latest_build: build, next_start_at: next } = await world.workspaces.get(
      world.actor,
      workspace.id,
    );
    expect([build.build_number, build.reason, next]).toEqual([3, 'autostart', '2026-01-07T06:00:00.000Z']);
    await world.ended(build.id);
  });

  it('does not start where the template forbids it, its owner is suspended, or it lacks a parameter', async () => {
    const clock = testClock('2026-01-05T05:00:00Z');
    await using world = await createWorld({ clock });
    const { id } = await world.created('web');
    await world.built(id, 'stop');
    await world.workspaces.updateAutostart(world.actor, id, '0 6 * * *');
    await setTemplate(world, { allow_user_autostart: false });
    expect(await later(world, clock, hour)).toEqual([]);
    await setTemplate(world, { allow_user_autostart: true });
    await world.workspaces.updateAutostart(world.actor, id, '0 6 * * *');
    await world.db.updateTable('users').set({ status: 'suspended' }).execute();
    expect(await later(world, clock, 24 * hour)).toEqual([]);
    expect((await failure(world.workspaces.updateAutostart(world.actor, id, 'x'))).validations).toMatchObject(
      [{ field: 'schedule' }],
    );
  });

  it('does not start by a schedule that is taken away while its next start is told', async () => {
    const clock = testClock('2026-01-05T05:00:00Z');
    await using world = await createWorld({ clock });
    const { id } = await world.created('web', { autostart_schedule: '0 6 * * *' });
    clock.advance(hour);
    const taken = {
      text: 'update workspaces set autostart_schedule = null, next_start_at = null where id = $1',
      values: [id],
    };
    await besideChange(world.database, taken, () => world.scheduler.tick());
    expect((await world.workspaces.get(world.actor, id)).next_start_at).toBeNull();
    await world.built(id, 'stop');
    // Not even if a time were left of it.
    await world.db.updateTable('workspaces').set({ next_start_at: clock.now() }).execute();
    expect(await later(world, clock, 24 * hour)).toEqual([]);
  });

  it('has its next start told when it ran already, with however many others', async () => {
    const clock = testClock('2026-01-05T05:00:00Z');
    await using world = await createWorld({ clock });
    const { id } = await world.created('web', { autostart_schedule: '0 6 * * *' });
    await world.database.pool.query(
      `insert into workspaces (id, owner_id, organization_id, template_id, name, autostart_schedule, next_start_at,
          last_used_at, created_at, updated_at)
        select gen_random_uuid(), owner_id, organization_id, template_id, name || n, autostart_schedule, next_start_at,
          last_used_at, created_at, updated_at
        from workspaces, generate_series(1, 450) n where id = $1`,
      [id],
    );
    expect(await later(world, clock, hour)).toEqual([]);
    const { rows } = await world.database.pool.query(
      'select next_start_at, count(*)::int as n from workspaces group by 1',
    );
    expect(rows).toEqual([{ next_start_at: new Date('2026-01-06T06:00:00Z'), n: 451 }]);
  });

  it('is cleaned up after a failed start', async () => {
    const clock = testClock();
    await using world = await createWorld({ clock });
    await setTemplate(world, { failure_ttl_ms: hour });
    world.provisioner.hooks.onStart = async () => {
      throw new Error('no');
    };
    const { id, latest_build: build } = await world.created('web');
    expect(build.status).toBe('failed');
    expect(await later(world, clock, 59 * minute)).toEqual([]);
    expect(await later(world, clock, minute)).toEqual(['stop autostop']);
    expect((await world.workspaces.get(world.actor, id)).latest_build.status).toBe('stopped');
  });

  it('becomes dormant when nobody uses it, and is deleted in the end; a start wakes it', async () => {
    const clock = testClock();
    await using world = await createWorld({ clock });
    await setTemplate(world, { time_til_dormant_ms: 10 * hour, time_til_dormant_autodelete_ms: 20 * hour });
    const { id } = await world.created('web');
    expect(await later(world, clock, 9 * hour)).toEqual([]);
    expect(await later(world, clock, hour)).toEqual(['stop dormancy']);
    const dormant = await world.workspaces.get(world.actor, id);
    expect([dormant.dormant_at, dormant.deleting_at]).toEqual([
      '2026-01-02T13:04:05.000Z',
      '2026-01-03T09:04:05.000Z',
    ]);
    await world.built(id, 'start');
    expect((await world.workspaces.get(world.actor, id)).dormant_at).toBeNull();
    await world.built(id, 'stop');
    expect(await later(world, clock, 10 * hour)).toEqual([]);
    expect((await world.workspaces.get(world.actor, id)).dormant_at).not.toBeNull();
    expect(await later(world, clock, 20 * hour)).toEqual(['delete dormancy']);
    expect(await world.provisioner.inspect(id, {})).toBe('missing');
  });
});
