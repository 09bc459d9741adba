import type { ChangeLimits } from '@coder/api';
import { afterEach, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { seed, seedUser } from '../testing/seed.ts';
import { createWorld, failure, type World, type WorldOptions } from '../testing/world.ts';

const GiB = 2 ** 30;
/** Two cores, 512 MiB of memory, as much disk as asked for, three credits. */
const template = `
name: sized
daily_cost: 3
parameters:
  - { name: disk, type: string, default: 1GiB, mutable: true }
runtime:
  local: { cpus: 2, memory: 512MiB, disk: "\${{ parameters.disk }}" }
`;

let world: World;
afterEach(() => world.close());

async function open(options: WorldOptions = {}, text = template): Promise<World> {
  const database = options.database ?? (await testDatabase());
  world = await createWorld({ ...options, database, seeded: await seed(database.db, text) });
  return world;
}
const limitMember = (limits: ChangeLimits, userId = world.user.id) =>
  world.db
    .updateTable('organization_members')
    .set({ resource_limits: JSON.stringify(limits) })
    .where('user_id', '=', userId)
    .execute();
/** Of the group of all members. */
const limitGroup = (set: { member_limits?: string; total_limits?: string; quota_allowance?: number }) =>
  world.db.updateTable('groups').set(set).where('id', '=', world.organizationId).execute();

const refused = (message: string) => ({
  code: 'INSUFFICIENT_QUOTA',
  status: 409,
  message: `The quota does not allow this start: ${message}.`,
  detail: expect.stringContaining('Stop a workspace'),
});

describe('the limit of workspaces', () => {
  it('counts those that are not deleted, running or not', async () => {
    await open();
    await limitMember({ workspaces: 1 });
    const { id } = await world.created('one');
    await world.built(id, 'stop');
    expect(await failure(world.create('two'))).toMatchObject(refused('ada may have 1 workspace and has 1'));
    // It is there already, so it may be started.
    await world.built(id, 'start');
    await world.built(id, 'delete');
    await world.created('two');
  });
});

describe('the limit of what runs', () => {
  it('is given back by a stop, and what is above it can still be stopped and deleted', async () => {
    await open();
    await limitMember({ memory_bytes: GiB });
    const [one, two] = [await world.created('one'), await world.created('two')];
    const message =
      'ada may have 1 GiB of memory, 1 GiB of memory are in use, and this workspace asks for 512 MiB of memory';
    expect(await failure(world.create('three'))).toMatchObject(refused(message));
    expect(await world.workspaces.list(world.actor, {})).toMatchObject({ count: 2 });
    await world.built(one.id, 'stop');
    await world.created('three');
    expect(await failure(world.built(one.id, 'start'))).toMatchObject(refused(message));
    await limitMember({ memory_bytes: 1 });
    await world.built(two.id, 'stop');
    await world.built(one.id, 'delete');
  });

  it('does not keep what runs from being started again, as large as it is', async () => {
    await open();
    const { id } = await world.created('one');
    await limitMember({ cpu_cores: 1, disk_bytes: GiB });
    await world.built(id, 'start');
    const larger = world.workspaces.createBuild(world.actor, id, {
      transition: 'start',
      rich_parameter_values: [{ name: 'disk', value: '2GiB' }],
    });
    expect(await failure(larger)).toMatchObject(
      refused(
        'ada may have 1 GiB of disk, 0 bytes of disk are in use, and this workspace asks for 2 GiB of disk',
      ),
    );
    await world.built(id, 'stop');
    expect(await failure(world.built(id, 'start'))).toMatchObject({ code: 'INSUFFICIENT_QUOTA' });
  });

  it('is not used up by a start that came to nothing', async () => {
    await open();
    await limitMember({ cpu_cores: 2 });
    world.provisioner.hooks.onStart = () => Promise.reject(new Error('no luck'));
    expect(await world.created('one')).toMatchObject({ latest_build: { status: 'failed' } });
    world.provisioner.hooks.onStart = async () => undefined;
    await world.created('two');
  });

  it('counts a start from the moment it is asked for', async () => {
    await open({ workers: 0 });
    await limitMember({ cpu_cores: 2 });
    await world.create('one');
    expect(await failure(world.create('two'))).toMatchObject({ code: 'INSUFFICIENT_QUOTA' });
  });

  it('takes templates that say how much they need', async () => {
    await open({ workers: 0 }, 'name: free\nruntime:\n  local: {}\n');
    await limitMember({ memory_bytes: GiB });
    expect(await failure(world.create('one'))).toMatchObject(
      refused(
        'ada may have 1 GiB of memory, and the template of this workspace sets no limit of its own for it',
      ),
    );
    await limitMember({ workspaces: 5 });
    await world.create('one');
  });
});

it('counts the disk of what is stopped', async () => {
  await open();
  await limitMember({ disk_bytes: 3 * GiB });
  const { id } = await world.created('one', { rich_parameter_values: [{ name: 'disk', value: '2GiB' }] });
  await world.built(id, 'stop');
  await world.created('two');
  expect(await failure(world.create('three'))).toMatchObject(
    refused(
      'ada may have 3 GiB of disk, 3 GiB of disk are in use, and this workspace asks for 1 GiB of disk',
    ),
  );
});

describe('the limits of groups', () => {
  it('hold for each member unless it has its own, and of several the largest', async () => {
    await open({ workers: 0 });
    await limitGroup({ member_limits: JSON.stringify({ workspaces: 1 }) });
    await world.create('one');
    expect(await failure(world.create('two'))).toMatchObject({ code: 'INSUFFICIENT_QUOTA' });
    await limitMember({ workspaces: 2 });
    await world.create('two');
    await limitMember({});
    const now = new Date();
    const group = {
      id: crypto.randomUUID(),
      organization_id: world.organizationId,
      name: 'crew',
      created_at: now,
      updated_at: now,
    };
    await world.db
      .insertInto('groups')
      .values({ ...group, member_limits: JSON.stringify({ workspaces: 3 }) })
      .execute();
    const { id: group_id, organization_id } = group;
    await world.db
      .insertInto('group_members')
      .values({ group_id, organization_id, user_id: world.user.id, created_at: now })
      .execute();
    await world.create('three');
    expect(await failure(world.create('four'))).toMatchObject(refused('ada may have 3 workspaces and has 3'));
  });

  it('hold for all members together', async () => {
    await open({ workers: 0 });
    const bob = await seedUser(world.db, world.organizationId, { username: 'bob' });
    await limitGroup({ total_limits: JSON.stringify({ workspaces: 2, cpu_cores: 3 }) });
    await world.create('one');
    const request = { user: 'me', template_id: world.templateId, name: 'two' };
    expect(await failure(world.workspaces.create(bob.actor, request))).toMatchObject(
      refused(
        'the group "Everyone" may have 3 cores of cpu, 2 cores of cpu are in use, and this workspace asks for 2 cores of cpu',
      ),
    );
  });
});

describe('starts at once', () => {
  it('of one user cannot exceed the limit together', async () => {
    await open({ workers: 0 });
    await limitMember({ cpu_cores: 6 });
    const starts = await Promise.allSettled(
      ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => world.create(name)),
    );
    expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    for (const start of starts) {
      if (start.status === 'rejected') expect(start.reason).toMatchObject({ code: 'INSUFFICIENT_QUOTA' });
    }
    expect(await world.workspaces.list(world.actor, {})).toMatchObject({ count: 3 });
  });

  it('of several members cannot exceed what their group has', async () => {
    await open({ workers: 0 });
    await limitGroup({ total_limits: JSON.stringify({ workspaces: 3 }) });
    const users = await Promise.all(
      ['b', 'c', 'd', 'e', 'f'].map((username) => seedUser(world.db, world.organizationId, { username })),
    );
    const starts = await Promise.allSettled(
      users.map(({ actor }) =>
        world.workspaces.create(actor, { user: 'me', template_id: world.templateId, name: 'one' }),
      ),
    );
    expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  });
});

describe('credits', () => {
  it('are unlimited until a group gives some, and then what the groups of the user give', async () => {
    await open();
    const { id } = await world.created('one');
    await limitGroup({ quota_allowance: 5 });
    expect(await failure(world.create('two'))).toMatchObject(
      refused('ada has 5 credits a day, 3 of them in use, and this workspace costs 3'),
    );
    expect(await world.workspaces.get(world.actor, id)).toMatchObject({
      latest_build: { daily_cost: 3, resources: [{ daily_cost: 3 }] },
    });
    await world.built(id, 'stop');
    await world.created('two');
  });
});

it('keeps a workspace from starting by its schedule, and the next time from being lost', async () => {
  await open();
  const { id } = await world.created('one', { autostart_schedule: 'CRON_TZ=UTC 30 9 * * *' });
  await world.built(id, 'stop');
  await limitMember({ cpu_cores: 1 });
  const due = new Date(Date.now() - 1_000);
  await world.db.updateTable('workspaces').set({ next_start_at: due }).where('id', '=', id).execute();
  expect(await world.scheduler.tick()).toEqual([]);
  const { latest_build: build, next_start_at: next } = await world.workspaces.get(world.actor, id);
  expect(build.status).toBe('stopped');
  expect(Date.parse(next ?? '')).toBeGreaterThan(Date.now());
});

it('is that of the owner, whoever starts the workspace', async () => {
  await open({ workers: 0 });
  const admin = await seedUser(world.db, world.organizationId, { username: 'root', roles: ['owner'] });
  await limitMember({ workspaces: 0 });
  const forAda = { user: 'ada', template_id: world.templateId, name: 'one' };
  expect(await failure(world.workspaces.create(admin.actor, forAda))).toMatchObject(
    refused('ada may have 0 workspaces and has 0'),
  );
});
