import { describe, expect, it } from 'vitest';
import { testUser } from '../testing/index.ts';
import { seedUser } from './testing/seed.ts';
import { createWorld, failure } from './testing/world.ts';

describe('creating a workspace', () => {
  it('refuses what is wrong with its fields before anything is written', async () => {
    await using world = await createWorld({ workers: 0 });
    const both = await failure(world.create('web', { template_version_id: world.versionId }));
    expect(both.validations.map((v) => v.field)).toEqual(['template_id', 'template_version_id']);
    const parameter = await failure(
      world.create('web', { rich_parameter_values: [{ name: 'region', value: 'mars' }] }),
    );
    expect([parameter.code, parameter.validations[0]?.field]).toEqual([
      'VALIDATION_FAILED',
      expect.stringContaining('rich_parameter_values'),
    ]);
    const schedule = await failure(world.create('web', { autostart_schedule: 'whenever' }));
    expect(schedule.validations).toMatchObject([{ field: 'autostart_schedule' }]);
    const unknown = await failure(world.create('web', { template_id: world.organizationId }));
    expect(unknown.validations).toMatchObject([{ field: 'template_id' }]);
    expect((await world.workspaces.list(world.actor, {})).count).toBe(0);
  });

  it('refuses a name the owner has, in any case, and lets others have it', async () => {
    await using world = await createWorld({ workers: 0 });
    await world.create('web');
    const error = await failure(world.create('WEB'));
    expect([error.status, error.validations[0]?.field]).toEqual([409, 'name']);
    const bob = await seedUser(world.db, world.organizationId, { username: 'bob' });
    const his = await world.workspaces.create(bob.actor, {
      user: 'me',
      template_id: world.templateId,
      name: 'web',
    });
    expect(his.owner_name).toBe('bob');
  });

  it('is not for another user without the right to', async () => {
    await using world = await createWorld({ workers: 0 });
    const bob = await seedUser(world.db, world.organizationId, { username: 'bob' });
    const request = { user: 'ADA', template_id: world.templateId, name: 'web' };
    expect((await failure(world.workspaces.create(bob.actor, request))).status).toBe(403);
    const root = await seedUser(world.db, world.organizationId, { username: 'root', roles: ['owner'] });
    expect((await world.workspaces.create(root.actor, request)).owner_name).toBe('ada');
  });

  it('is not seen by others, who get NOT_FOUND', async () => {
    await using world = await createWorld({ workers: 0 });
    const { id, latest_build: build } = await world.create('web');
    const bob = await seedUser(world.db, world.organizationId, { username: 'bob' });
    const { workspaces } = world;
    const calls = [
      () => workspaces.get(bob.actor, id),
      () => workspaces.getByName(bob.actor, 'ada', 'web'),
      () => workspaces.createBuild(bob.actor, id, { transition: 'delete' }),
      () => workspaces.getBuild(bob.actor, build.id),
      () => workspaces.cancelBuild(bob.actor, build.id),
      () => workspaces.buildLogs(bob.actor, build.id, {}),
      () => workspaces.updateTtl(bob.actor, id, 60_000),
      () => workspaces.rename(bob.actor, id, 'mine'),
      () => workspaces.readiness(bob.actor, { workspace: id, wait_ms: 0 }),
    ];
    for (const call of calls) expect((await failure(call())).code).toBe('NOT_FOUND');
    expect((await workspaces.list(bob.actor, {})).count).toBe(0);
  });

  it('is of the organization that an older route names', async () => {
    await using world = await createWorld({ workers: 0 });
    const request = (name: string, organization: string) => world.create(name, { organization });
    expect((await request('a', 'default')).name).toBe('a');
    expect((await request('b', 'Coder')).name).toBe('b');
    expect((await request('c', world.organizationId)).name).toBe('c');
    expect((await failure(request('d', 'other'))).validations).toMatchObject([{ field: 'template_id' }]);
  });

  it.each([
    ['users', 'The owner has just been deleted.'],
    ['templates', 'Validation failed.'],
  ])('is refused when one of the %s it needs is deleted at the same time', async (table, message) => {
    await using world = await createWorld({ workers: 0 });
    const deletion = await world.database.pool.connect();
    try {
      await deletion.query('begin');
      await deletion.query(`select from ${table} for update`);
      await deletion.query(`update ${table} set deleted = true`);
      let ended = false;
      const creation = failure(world.create('web')).finally(() => (ended = true));
      await expect
        .poll(async () => {
          const waiting = await world.database.pool.query(
            "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
          );
          return ended || waiting.rowCount === 1;
        })
        .toBe(true);
      await deletion.query('commit');
      expect((await creation).message).toBe(message);
    } finally {
      deletion.release();
    }
    expect(await world.db.selectFrom('workspaces').select('id').execute()).toEqual([]);
  });

  it('is found by name in any case', async () => {
    await using world = await createWorld({ workers: 0 });
    const { id } = await world.create('Web');
    expect((await world.workspaces.getByName(world.actor, 'Ada', 'wEB')).id).toBe(id);
  });
});

describe('an idempotency key', () => {
  const request = (templateId: string, name: string) => ({ user: 'me', template_id: templateId, name });

  it('makes one workspace of many simultaneous requests', async () => {
    await using world = await createWorld({ workers: 0 });
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        world.workspaces.create(world.actor, request(world.templateId, 'web'), 'key-1'),
      ),
    );
    expect(new Set(answers.map((workspace) => workspace.id)).size).toBe(1);
    expect((await world.workspaces.list(world.actor, {})).count).toBe(1);
  });

  it('is refused with another request, and is each user’s own', async () => {
    await using world = await createWorld({ workers: 0 });
    const { workspaces, actor, templateId } = world;
    const first = await workspaces.create(actor, request(templateId, 'web'), 'key-1');
    const error = await failure(workspaces.create(actor, request(templateId, 'api'), 'key-1'));
    expect([error.status, error.message]).toEqual([
      409,
      'This idempotency key was used for another request.',
    ]);
    const bob = await seedUser(world.db, world.organizationId, { username: 'bob' });
    const his = await workspaces.create(bob.actor, request(templateId, 'web'), 'key-1');
    expect(his.id).not.toBe(first.id);
  });

  it('is not spent by a request that failed', async () => {
    await using world = await createWorld({ workers: 0 });
    const { workspaces, actor, templateId } = world;
    await world.create('web');
    await failure(workspaces.create(actor, request(templateId, 'web'), 'key-1'));
    expect((await workspaces.create(actor, request(templateId, 'api'), 'key-1')).name).toBe('api');
  });

  it('by a key that reaches only what it creates itself lets it reach that and nothing else', async () => {
    await using world = await createWorld({ workers: 0 });
    const other = await world.create('other');
    const bob = await testUser(world.db, { username: 'bob', allowList: ['workspace:created'] });
    const request = { user: 'me', template_id: world.templateId, name: 'own' };
    const { id } = await world.workspaces.create(bob.actor, request);
    const whole = { ...bob.actor, key: { ...bob.actor.key, allowList: ['*:*'] } };
    await world.workspaces.create(whole, { ...request, name: 'by-hand' });
    expect((await world.workspaces.list(bob.actor, {})).workspaces.map((workspace) => workspace.id)).toEqual([
      id,
    ]);
    expect((await failure(world.workspaces.get(bob.actor, other.id))).status).toBe(404);
    const row = await world.db
      .selectFrom('api_keys')
      .where('id', '=', bob.actor.key.id)
      .select('allow_list')
      .executeTakeFirstOrThrow();
    expect(row.allow_list).toEqual(['workspace:created', `workspace:${id}`]);
    const again = await testUser(world.db, { username: 'eve', allowList: [`workspace:${id}`] });
    expect((await failure(world.workspaces.create(again.actor, request))).status).toBe(403);
  });

  it('by an application that reaches only what it creates itself lets all its keys reach that', async () => {
    await using world = await createWorld({ workers: 0 });
    const bob = await testUser(world.db, { allowList: ['workspace:created'] });
    const now = new Date();
    const grant = { id: 'grant', user_id: bob.user.id, client_id: 'client', payload: '{}' };
    await world.db
      .insertInto('oauth_grants')
      .values({ ...grant, allow_list: ['workspace:created'], created_at: now, expires_at: now })
      .execute();
    const application = { id: 'client', grantId: 'grant', name: 'An application' };
    const actor = { ...bob.actor, key: { ...bob.actor.key, application } };
    const request = { user: 'me', template_id: world.templateId, name: 'own' };
    const { id } = await world.workspaces.create(actor, request);
    const row = await world.db
      .selectFrom('oauth_grants')
      .where('id', '=', 'grant')
      .select('allow_list')
      .executeTakeFirstOrThrow();
    expect(row.allow_list).toEqual(['workspace:created', `workspace:${id}`]);
  });
});

it('makes nothing new of an archived version, and goes on with what was made of it', async () => {
  await using world = await createWorld();
  const { workspaces, actor, versionId: version } = world;
  const { id } = await world.created('old');
  await world.db.updateTable('template_versions').set({ archived: true }).where('id', '=', version).execute();
  const request = { user: 'me', template_version_id: version, name: 'new' };
  expect((await failure(workspaces.create(actor, request))).validations).toEqual([
    { field: 'template_version_id', detail: 'is archived: choose another version' },
  ]);
  expect((await world.built(id, 'stop')).job.status).toBe('succeeded');
  expect((await world.built(id, 'start')).job.status).toBe('succeeded');
});
