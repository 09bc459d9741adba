import { buildTimingsSchema } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { besideChange, testClock } from '../testing/index.ts';
import { seedUser } from './testing/seed.ts';
import { createWorld, failure, type World } from './testing/world.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('the timings of a build', () => {
  it('are its steps, the connection of its agents, and their start scripts', async () => {
    await using world = await createWorld();
    const { workspaces, actor, db } = world;
    const { id, latest_build: build } = await world.created('web');
    const steps = async () => (await workspaces.timings(actor, id)).provisioner_timings.length;
    // They are kept behind the end of the build.
    await expect.poll(steps).toBeGreaterThan(0);
    const timings = await workspaces.timings(actor, id);
    buildTimingsSchema.parse(timings);
    expect(timings.provisioner_timings.map(({ stage, action }) => [stage, action])).toEqual([
      ['init', 'claim'],
      ['init', 'store'],
      ['apply', 'provision'],
      ['apply', 'finish'],
    ]);
    expect(timings.provisioner_timings[0]).toMatchObject({
      job_id: build.job.id,
      source: 'local',
      resource: 'web',
    });
    const ends = timings.provisioner_timings.flatMap((step) => [step.started_at, step.ended_at]);
    expect(ends).toEqual(ends.toSorted());
    expect(timings.agent_connection_timings).toEqual([]);
    expect(timings.agent_script_timings).toEqual([]);

    const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds));
    const script = { display_name: 'Startup script', run_on_start: true, start_blocks_login: true };
    const agent = (set: object) => db.updateTable('workspace_agents').set(set).execute();
    await agent({
      created_at: at(0),
      first_connected_at: at(2),
      started_at: at(2),
      ready_at: at(9),
      lifecycle_state: 'start_error',
      spec: JSON.stringify({ scripts: [script], display_apps: [], log_sources: [] }),
    });
    const later = await workspaces.buildTimings(actor, build.id);
    expect(later.agent_connection_timings).toMatchObject([
      { started_at: at(0).toISOString(), ended_at: at(2).toISOString(), workspace_agent_name: 'main' },
    ]);
    expect(later.agent_script_timings).toMatchObject([
      {
        started_at: at(2).toISOString(),
        ended_at: at(9).toISOString(),
        stage: 'start',
        status: 'exit_failure',
        exit_code: null,
        display_name: 'Startup script',
      },
    ]);
    // What became of the script is not known any more once the agent has gone on.
    await agent({ lifecycle_state: 'off' });
    const over = await workspaces.buildTimings(actor, build.id);
    expect(over.agent_script_timings).toMatchObject([{ status: null, exit_code: null }]);
  });

  it('are hidden with their workspace', async () => {
    await using world = await createWorld({ workers: 0 });
    const { id, latest_build: build } = await world.create('web');
    const bob = await seedUser(world.db, world.organizationId, { username: 'bob' });
    expect((await failure(world.workspaces.timings(bob.actor, id))).code).toBe('NOT_FOUND');
    expect((await failure(world.workspaces.buildTimings(bob.actor, build.id))).code).toBe('NOT_FOUND');
  });
});

describe('the state of a build', () => {
  async function owner(world: World) {
    return seedUser(world.db, world.organizationId, { username: 'root', roles: ['owner'] });
  }

  it('is read and replaced by who looks after the template, and handed to the next build', async () => {
    await using world = await createWorld();
    const { buildState } = world.workspaces;
    const { actor } = await owner(world);
    const { id, latest_build: build } = await world.created('web');
    expect(await buildState.read(actor, build.id)).toEqual(expect.any(Object));
    expect(await buildState.write(actor, build.id, base64('{"kept":[1]}'))).toEqual({ id, name: 'ada/web' });
    expect(await buildState.read(actor, build.id)).toEqual({ kept: [1] });
    // Text about a NUL has none.
    const about = { of: String.raw`\u0000` };
    await buildState.write(actor, build.id, base64(JSON.stringify(about)));
    expect(await buildState.read(actor, build.id)).toEqual(about);
    await buildState.write(actor, build.id, base64(`{"a":${'['.repeat(99)}"\u{1f600}"${']'.repeat(99)}}`));
    await buildState.write(actor, build.id, base64('{"kept":[1]}'));
    let given: unknown;
    world.provisioner.hooks.onStart = async ({ state }: { state: unknown }) => {
      given = state;
    };
    await world.built(id, 'start');
    expect(given).toEqual({ kept: [1] });
    const earlier = await failure(buildState.write(actor, build.id, base64('{}')));
    expect(earlier).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('latest build'),
      detail: expect.stringContaining('latest build'),
    });
  });

  it('is not its user’s, and not changed while a build runs', async () => {
    await using world = await createWorld({ workers: 0 });
    const { buildState } = world.workspaces;
    const { latest_build: build } = await world.create('web');
    const root = await owner(world);
    for (const act of [buildState.read, buildState.write] as const) {
      expect((await failure(act(world.actor, build.id, base64('{}')))).code).toBe('FORBIDDEN');
      const bob = await seedUser(world.db, world.organizationId, { username: `bob-${act.name}` });
      expect((await failure(act(bob.actor, build.id, base64('{}')))).code).toBe('NOT_FOUND');
    }
    const busy = await failure(buildState.write(root.actor, build.id, base64('{}')));
    expect(busy).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('has not ended') });
    for (const [text, field] of [
      ['[1]', 'state'],
      ['null', 'state'],
      ['{', 'state'],
      ['"\\u0000"', 'state'],
      ['{"a":[{"b":"\\u0000"}]}', 'state.a[0].b'],
      ['{"a":"\\ud800"}', 'state'],
      ['{"a":[{"\\udc00":1}]}', 'state'],
      [`{"a":${'['.repeat(100)}${']'.repeat(100)}}`, 'state'],
      [`{"a":${'['.repeat(6_000)}${']'.repeat(6_000)}}`, 'state'],
    ] as const) {
      const wrong = await failure(buildState.write(root.actor, build.id, base64(text)));
      expect([text, wrong.validations]).toMatchObject([text, [{ field }]]);
    }
  });
});

describe('dormancy by hand', () => {
  it('stops a workspace that runs, and waking it starts nothing', async () => {
    const clock = testClock();
    await using world = await createWorld({ clock });
    const { workspaces, actor, db } = world;
    const { id, latest_build: build } = await world.created('web');
    const day = 24 * 60 * 60_000;
    await db.updateTable('templates').set({ time_til_dormant_autodelete_ms: day }).execute();
    expect(await workspaces.updateDormancy(actor, id, true)).toEqual({ name: 'ada/web', changed: true });
    const asleep = await workspaces.get(actor, id);
    expect(asleep.latest_build).toMatchObject({ build_number: 2, transition: 'stop', reason: 'dormancy' });
    expect([asleep.dormant_at, asleep.deleting_at]).toEqual([
      clock.now().toISOString(),
      new Date(clock.now().getTime() + day).toISOString(),
    ]);
    await world.ended(asleep.latest_build.id);
    expect(await workspaces.updateDormancy(actor, id, true)).toMatchObject({ changed: false });
    clock.advance(60_000);
    await workspaces.updateDormancy(actor, id, false);
    expect(await workspaces.get(actor, id)).toMatchObject({
      dormant_at: null,
      deleting_at: null,
      last_used_at: clock.now().toISOString(),
      latest_build: { build_number: 2, status: 'stopped' },
    });
    expect(build.build_number).toBe(1);
  });

  it('waits for no build, and is for who may change and stop the workspace', async () => {
    await using world = await createWorld({ workers: 0 });
    const { workspaces, actor } = world;
    const { id } = await world.create('web');
    expect((await failure(workspaces.updateDormancy(actor, id, true))).code).toBe('CONFLICT');
    const bob = await seedUser(world.db, world.organizationId, { username: 'bob' });
    expect((await failure(workspaces.updateDormancy(bob.actor, id, true))).code).toBe('NOT_FOUND');
    const permissions = new Set(['workspace:read', 'workspace:update'] as const);
    const narrow = { ...actor, key: { ...actor.key, permissions } };
    expect((await failure(workspaces.updateDormancy(narrow, id, true))).code).toBe('INSUFFICIENT_SCOPE');
  });

  it('is for who may delete the workspace where its template deletes what is dormant', async () => {
    await using world = await createWorld();
    const { workspaces, db } = world;
    const { id } = await world.created('web');
    const bob = await seedUser(db, world.organizationId, { username: 'bob' });
    const sharing = { ...bob.actor, shares: new Map([[id, 'admin' as const]]) };
    await db.updateTable('templates').set({ time_til_dormant_autodelete_ms: 60_000 }).execute();
    expect(await failure(workspaces.updateDormancy(sharing, id, true))).toMatchObject({
      code: 'FORBIDDEN',
      detail: expect.stringContaining('deletes dormant workspaces'),
    });
    const permissions = new Set([
      'workspace:read',
      'workspace:update',
      'workspace:start',
      'workspace:stop',
    ] as const);
    const narrow = { ...world.actor, key: { ...world.actor.key, permissions } };
    expect(await failure(workspaces.updateDormancy(narrow, id, true))).toMatchObject({
      code: 'INSUFFICIENT_SCOPE',
      scopes: expect.arrayContaining(['workspace:delete']),
    });
    expect(await workspaces.get(world.actor, id)).toMatchObject({
      dormant_at: null,
      latest_build: { build_number: 1 },
    });
    await db.updateTable('templates').set({ time_til_dormant_autodelete_ms: 0 }).execute();
    expect(await workspaces.updateDormancy(sharing, id, true)).toMatchObject({ changed: true });
  });

  it('is for who may stop the workspace also when it is started at that moment', async () => {
    await using world = await createWorld();
    const { workspaces, actor } = world;
    const { id } = await world.created('web');
    await world.built(id, 'stop');
    const permissions = new Set(['workspace:read', 'workspace:update'] as const);
    const narrow = { ...actor, key: { ...actor.key, permissions } };
    const starting = {
      text: `with held as (select id from workspaces where id = $1 for update)
        update workspace_builds b set transition = 'start' from held where b.workspace_id = held.id`,
      values: [id],
    };
    const refused = besideChange(world.database, starting, () =>
      failure(workspaces.updateDormancy(narrow, id, true)),
    );
    expect((await refused).code).toBe('INSUFFICIENT_SCOPE');
    expect((await workspaces.get(actor, id)).dormant_at).toBeNull();
  });
});
