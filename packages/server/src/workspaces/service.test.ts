import { describe, expect, it } from 'vitest';
import { seedUser, seedVersion } from './testing/seed.ts';
import { createWorld, failure } from './testing/world.ts';

describe('the log of a build', () => {
  it('is followed to its end, and read from where one was', async () => {
    await using world = await createWorld();
    const reached = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    world.provisioner.hooks.onStart = async () => {
      reached.resolve();
      await go.promise;
    };
    const { latest_build: build } = await world.create('web');
    const { workspaces, actor } = world;
    const followed = (async () => {
      const lines: string[] = [];
      const source = await workspaces.followBuildLogs(actor, build.id, 0, new AbortController().signal);
      for await (const line of source) lines.push(line.output);
      return lines;
    })();
    await reached.promise;
    const first = await workspaces.buildLogs(actor, build.id, { wait_ms: 20_000 });
    expect(first[0]?.output).toBe('Starting workspace ada/web');
    const ids = (await workspaces.buildLogs(actor, build.id, { after: first[0]!.id, wait_ms: 20_000 })).map(
      (l) => l.id,
    );
    expect(ids.every((id) => id > first[0]!.id)).toBe(true);
    const waiting = workspaces.buildLogs(actor, build.id, { after: ids.at(-1)!, wait_ms: 20_000 });
    go.resolve();
    // The build has ended, so waiting for more ends too.
    expect(await waiting).toEqual([]);
    expect(await followed).toEqual(['Starting workspace ada/web', expect.stringContaining('the process is')]);
    const last = await workspaces.buildLogs(actor, build.id, { before: Number.MAX_SAFE_INTEGER, limit: 1 });
    expect(last.map((line) => line.output)).toEqual([expect.stringContaining('the process is')]);
    expect(await workspaces.buildLogs(actor, build.id, { limit: 1 })).toHaveLength(1);
  });
});

describe('a workspace', () => {
  it('is watched through its builds until it is deleted', async () => {
    await using world = await createWorld();
    const { id } = await world.created('web');
    const seen: string[] = [];
    const watching = (async () => {
      const states = world.workspaces.watch(world.actor, id, new AbortController().signal);
      for await (const { latest_build: build } of states) seen.push(build.status);
    })();
    await world.built(id, 'stop');
    await world.built(id, 'delete');
    await watching;
    expect(seen.at(-1)).toBe('deleted');
    // A state that passed quickly may have been skipped, but none comes twice or out of order.
    const order = ['running', 'pending', 'stopping', 'stopped', 'pending', 'deleting', 'deleted'];
    let at = 0;
    for (const status of seen.filter((s, i) => s !== seen[i - 1])) at = order.indexOf(status, at);
    expect(at).toBe(order.length - 1);
  });

  it('is renamed only at rest, and not to a taken name', async () => {
    await using world = await createWorld();
    const { workspaces, actor } = world;
    const { id, allow_renames: whileRunning } = await world.created('web');
    await world.created('api');
    expect(whileRunning).toBe(false);
    const error = await failure(workspaces.rename(actor, id, 'site'));
    expect([error.code, error.message]).toEqual(['CONFLICT', expect.stringContaining('"web" is running')]);
    await world.built(id, 'stop');
    expect((await failure(workspaces.rename(actor, id, 'API'))).validations).toMatchObject([
      { field: 'name' },
    ]);
    await workspaces.rename(actor, id, 'site');
    expect((await workspaces.getByName(actor, 'me', 'site')).id).toBe(id);
  });

  it('is a favorite of its owner only', async () => {
    await using world = await createWorld({ workers: 0 });
    const { id } = await world.create('web');
    await world.workspaces.setFavorite(world.actor, id, true);
    expect((await world.workspaces.get(world.actor, id)).favorite).toBe(true);
    const root = await seedUser(world.db, world.organizationId, { username: 'root', roles: ['owner'] });
    expect(await failure(world.workspaces.setFavorite(root.actor, id, false))).toMatchObject({
      code: 'FORBIDDEN',
      detail: expect.stringContaining('search'),
    });
  });

  it('lists its builds, newest first, by page and time', async () => {
    await using world = await createWorld();
    const { workspaces, actor } = world;
    const { id } = await world.created('web');
    await world.built(id, 'stop');
    await world.built(id, 'start');
    const numbers = async (page: Parameters<typeof workspaces.builds>[2]) =>
      (await workspaces.builds(actor, id, page)).map((build) => build.build_number);
    expect(await numbers({})).toEqual([3, 2, 1]);
    expect(await numbers({ limit: 1, offset: 1 })).toEqual([2]);
    const [newest, middle] = await workspaces.builds(actor, id, {});
    expect(await numbers({ after_id: newest!.id })).toEqual([2, 1]);
    expect(await numbers({ since: middle!.created_at })).toEqual([3]);
    expect((await workspaces.getBuildByNumber(actor, 'ada', 'WEB', 2)).id).toBe(middle!.id);
    expect((await failure(workspaces.getBuildByNumber(actor, 'ada', 'web', 9))).code).toBe('NOT_FOUND');
    expect((await failure(workspaces.builds(actor, id, { since: 'soon' }))).validations).toMatchObject([
      { field: 'since' },
    ]);
  });

  it('says whether an autostart would lack a parameter', async () => {
    await using world = await createWorld({ workers: 0 });
    const { id } = await world.create('web');
    const { workspaces, actor } = world;
    expect(await workspaces.resolveAutostart(actor, id)).toEqual({ parameter_mismatch: false });
    const two = await seedVersion(world.db, {
      organizationId: world.organizationId,
      userId: world.user.id,
      templateId: world.templateId,
      name: 'two',
      text: 'name: node\nparameters:\n  - { name: token, type: string }\nruntime:\n  local: {}\n',
    });
    await world.db
      .updateTable('templates')
      .set({ active_version_id: two, require_active_version: true })
      .execute();
    expect(await workspaces.resolveAutostart(actor, id)).toEqual({ parameter_mismatch: true });
  });

  it('takes no cancellation where the template forbids it', async () => {
    await using world = await createWorld({ workers: 0 });
    const { latest_build: build } = await world.create('web');
    await world.db.updateTable('templates').set({ allow_user_cancel_workspace_jobs: false }).execute();
    expect((await failure(world.workspaces.cancelBuild(world.actor, build.id))).code).toBe('FORBIDDEN');
    const root = await seedUser(world.db, world.organizationId, { username: 'root', roles: ['owner'] });
    expect(await world.workspaces.cancelBuild(root.actor, build.id)).toEqual({
      name: 'ada/web',
      field: 'status',
      before: 'pending',
      after: 'canceled',
    });
    expect((await world.workspaces.getBuild(world.actor, build.id)).status).toBe('canceled');
  });
});
