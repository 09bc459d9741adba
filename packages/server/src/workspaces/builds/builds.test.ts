import { describe, expect, it } from 'vitest';
import { createWorld, failure, untilAborted } from '../testing/world.ts';

describe('the life of a workspace', () => {
  it('is created, stopped, started and deleted through the queue, with a log of each', async () => {
    await using world = await createWorld();
    const { workspaces, actor, provisioner } = world;
    const created = await world.create('web');
    expect([created.name, created.owner_name, created.latest_build.transition]).toEqual([
      'web',
      'ada',
      'start',
    ]);
    expect(['pending', 'starting', 'running']).toContain(created.latest_build.status);

    await world.ended(created.latest_build.id);
    const running = await workspaces.get(actor, created.id);
    expect(running.latest_build.status).toBe('running');
    expect(running.latest_build.job).toMatchObject({ status: 'succeeded', worker_id: world.replica.id });
    const [resource] = running.latest_build.resources;
    expect(resource).toMatchObject({ type: 'local_workspace', name: 'folder', metadata: [{ key: 'home' }] });
    expect(resource?.agents).toMatchObject([{ name: 'main', status: 'connecting', apps: [{ slug: 'web' }] }]);
    const agent = await world.db.selectFrom('workspace_agents').selectAll().executeTakeFirstOrThrow();
    expect([agent.cpu_limit, agent.memory_limit, agent.token_hash?.length]).toEqual([
      2,
      512 * 1024 * 1024,
      32,
    ]);
    expect(await provisioner.pidOf(created.id)).toBeTypeOf('number');

    const logs = await workspaces.buildLogs(actor, running.latest_build.id, {});
    expect(logs.map((line) => line.output)).toEqual([
      'Starting workspace ada/web',
      expect.stringMatching(/^the process is \d+$/),
    ]);

    const stopped = await world.built(created.id, 'stop');
    expect([stopped.status, stopped.build_number]).toEqual(['stopped', 2]);
    expect(await provisioner.inspect(created.id, {})).toBe('stopped');
    const revoked = await world.db.selectFrom('workspace_agents').selectAll().executeTakeFirstOrThrow();
    expect([revoked.token_hash, revoked.lifecycle_state]).toEqual([null, 'off']);

    expect((await world.built(created.id, 'start')).status).toBe('running');
    expect((await world.built(created.id, 'delete')).status).toBe('deleted');
    expect(await provisioner.inspect(created.id, {})).toBe('missing');
    expect((await failure(workspaces.get(actor, created.id))).code).toBe('GONE');
    expect((await workspaces.get(actor, created.id, true)).latest_build.status).toBe('deleted');
    expect((await workspaces.list(actor, {})).count).toBe(0);
    expect((await world.created('web')).latest_build.status).toBe('running');
  });

  it('is ended once by a delete, whatever state it is in', async () => {
    await using world = await createWorld();
    const { id } = await world.created('web');
    const ended: string[] = [];
    world.provisioner.hooks.onEnd = async (workspaceId) => void ended.push(workspaceId);
    expect((await world.built(id, 'delete')).status).toBe('deleted');
    expect(ended).toEqual([id]);
  });

  it('costs little beyond what the provisioner does', async () => {
    await using world = await createWorld();
    const [toStart, toEnd]: [number[], number[]] = [[], []];
    for (let i = 0; i < 10; i++) {
      const begun = performance.now();
      world.provisioner.hooks.onStart = async () => void toStart.push(performance.now() - begun);
      const { latest_build: build } = await world.create(`w${i}`);
      await world.ended(build.id);
      toEnd.push(performance.now() - begun);
    }
    if (process.env.CODER_TEST_MEASURE)
      console.log('create to start, to end of the build, ms:', toStart, toEnd);
    // The fastest, since other tests run on the same machine.
    expect(Math.min(...toStart)).toBeLessThan(200);
  });

  it('refuses a second build while one is active, except a delete', async () => {
    await using world = await createWorld({ workers: 0 });
    const { workspaces, actor } = world;
    const { id, latest_build: first } = await world.create('web');
    const error = await failure(workspaces.createBuild(actor, id, { transition: 'stop' }));
    expect([error.status, error.message]).toEqual([409, 'A workspace build is already active.']);
    const deletion = await workspaces.createBuild(actor, id, { transition: 'delete' });
    expect((await workspaces.getBuild(actor, first.id)).status).toBe('canceled');
    const again = await workspaces.createBuild(actor, id, { transition: 'delete' });
    expect(again.id).toBe(deletion.id);
  });

  it('takes builds that are asked for at once one after the other', async () => {
    await using world = await createWorld({ workers: 0 });
    const { workspaces, actor } = world;
    const { id } = await world.create('web');
    for (let round = 0; round < 4; round++) {
      const { latest_build: latest } = await workspaces.get(actor, id);
      await workspaces.cancelBuild(actor, latest.id);
      const asked = Array.from({ length: 12 }, () =>
        workspaces.createBuild(actor, id, { transition: 'stop' }),
      );
      const answers = (await Promise.allSettled(asked)).map((answer) =>
        answer.status === 'fulfilled' ? 'made' : answer.reason.code,
      );
      expect(answers.toSorted()).toEqual([...Array(11).fill('CONFLICT'), 'made']);
    }
    const builds = await workspaces.builds(actor, id, {});
    expect(builds.map(({ build_number }) => build_number)).toEqual(builds.map((_, i) => builds.length - i));
  });

  it('restarts what runs by a start with other values, and lets it end by itself first', async () => {
    const asked: string[] = [];
    const shutdownAgent = async (_: string, { reason }: { reason?: string | undefined }) => {
      asked.push(reason ?? '');
      return true;
    };
    await using world = await createWorld({ agents: { shutdownAgent } });
    const { workspaces, actor, provisioner } = world;
    const { id } = await world.created('web');
    const first = await provisioner.pidOf(id);
    expect(asked).toEqual([]);
    const again = await workspaces.createBuild(actor, id, {
      transition: 'start',
      rich_parameter_values: [{ name: 'size', value: '4' }],
    });
    expect((await world.ended(again.id)).status).toBe('running');
    expect(asked).toEqual(['The workspace restarts.']);
    const logs = await workspaces.buildLogs(actor, again.id, {});
    expect(logs.map(({ stage, output }) => [stage, output])).toEqual([
      ['Stopping workspace', 'Stopping workspace ada/web'],
      ['Starting workspace', 'Starting workspace ada/web'],
      ['Starting workspace', expect.stringMatching(/^the process is \d+$/)],
    ]);
    expect(await workspaces.buildParameters(actor, again.id)).toContainEqual({ name: 'size', value: '4' });
    const second = await provisioner.pidOf(id);
    expect(second).toBeTypeOf('number');
    expect(second).not.toBe(first);
    const valid = await world.db
      .selectFrom('workspace_agents')
      .select('build_id')
      .where('token_hash', 'is not', null)
      .execute();
    expect(valid).toEqual([{ build_id: again.id }]);
  });

  it('gives the same build for the same request with the same idempotency key', async () => {
    await using world = await createWorld();
    const { workspaces, actor } = world;
    const { id } = await world.created('web');
    const stop = () => workspaces.createBuild(actor, id, { transition: 'stop' }, 'key-1');
    const answers = await Promise.all(Array.from({ length: 6 }, stop));
    const [first] = answers;
    expect(new Set(answers.map((build) => build.id))).toEqual(new Set([first?.id]));
    await world.ended(first?.id ?? '');
    expect((await stop()).status).toBe('stopped');
    const other = await failure(workspaces.createBuild(actor, id, { transition: 'start' }, 'key-1'));
    expect(other.message).toBe('This idempotency key was used for another request.');
    const elsewhere = await world.created('api');
    const crossed = await failure(
      workspaces.createBuild(actor, elsewhere.id, { transition: 'stop' }, 'key-1'),
    );
    expect(crossed.code).toBe('CONFLICT');
    expect((await workspaces.builds(actor, id, {})).length).toBe(2);
  });

  it('says at once everything a stop does not accept', async () => {
    await using world = await createWorld({ workers: 0 });
    const { id } = await world.create('web');
    const error = await failure(
      world.workspaces.createBuild(world.actor, id, {
        transition: 'stop',
        orphan: true,
        rich_parameter_values: [{ name: 'region', value: 'us' }],
        template_version_preset_id: world.versionId,
      }),
    );
    expect(error.validations.map((v) => v.field)).toEqual([
      'template_version_preset_id',
      'rich_parameter_values',
      'orphan',
    ]);
  });

  it('deletes while a start runs: the start is canceled and its process ended first', async () => {
    await using world = await createWorld();
    const reached = Promise.withResolvers<void>();
    world.provisioner.hooks.onStart = (_, signal) => {
      reached.resolve();
      return untilAborted(signal);
    };
    const { id, latest_build: start } = await world.create('web');
    await reached.promise;
    const pid = await world.provisioner.pidOf(id);
    expect(pid).toBeTypeOf('number');
    const deletion = await world.workspaces.createBuild(world.actor, id, { transition: 'delete' });
    expect((await world.ended(start.id)).status).toBe('canceled');
    expect((await world.ended(deletion.id)).status).toBe('deleted');
    expect(await world.provisioner.inspect(id, {})).toBe('missing');
  });

  it.each(['start', 'stop', 'delete'] as const)(
    'leaves a workspace as it was when a %s is canceled before it began',
    async (transition) => {
      await using world = await createWorld({ workers: 1 });
      const { workspaces, actor, provisioner } = world;
      const { id, latest_build: first } = await world.created('web');
      const pid = await provisioner.pidOf(id);
      // The only worker has something else to do.
      const reached = Promise.withResolvers<void>();
      provisioner.hooks.onStart = (_, signal) => {
        reached.resolve();
        return untilAborted(signal);
      };
      const { latest_build: other } = await world.create('other');
      await reached.promise;
      const pending = await workspaces.createBuild(actor, id, { transition });
      expect((await workspaces.get(actor, id)).latest_build).toMatchObject({ status: 'pending' });
      await workspaces.cancelBuild(actor, pending.id);
      await world.reconciler.run();
      expect([await provisioner.pidOf(id), pid]).toEqual([pid, expect.any(Number)]);
      const { latest_build: latest } = await workspaces.get(actor, id);
      expect(latest).toMatchObject({ id: first.id, status: 'running' });
      expect((await workspaces.getBuild(actor, pending.id)).status).toBe('canceled');

      provisioner.hooks.onStart = async () => {};
      await workspaces.cancelBuild(actor, other.id);
      await world.ended(other.id);
      const next = await world.built(id, 'stop');
      expect([next.build_number, next.status]).toEqual([3, 'stopped']);
      expect((await workspaces.builds(actor, id, {})).map(({ status }) => status)).toEqual([
        'stopped',
        'canceled',
        'running',
      ]);
    },
  );

  it('ends a start that is canceled at the moment it succeeds', async () => {
    await using world = await createWorld();
    world.provisioner.hooks.onStart = async ({ buildId }) => {
      // The request is written, but its notification is lost.
      await world.db
        .updateTable('provisioner_jobs')
        .set({ status: 'canceling' })
        .where('id', 'in', (eb) =>
          eb.selectFrom('workspace_builds').select('job_id').where('id', '=', buildId),
        )
        .execute();
    };
    const workspace = await world.created('web');
    expect(workspace.latest_build.status).toBe('canceled');
    expect(await world.provisioner.inspect(workspace.id, {})).toBe('stopped');
  });

  it('says why a start failed and leaves nothing running', async () => {
    await using world = await createWorld();
    world.provisioner.hooks.onStart = async () => {
      throw new Error('the disk \0is full');
    };
    const workspace = await world.created('web');
    expect(workspace.latest_build.status).toBe('failed');
    expect(workspace.latest_build.job.error).toBe(
      'The start failed: the disk \uFFFDis full. Read the build log, correct what it names, then start the workspace again.',
    );
    expect(await world.provisioner.inspect(workspace.id, {})).toBe('stopped');
    const logs = await world.workspaces.buildLogs(world.actor, workspace.latest_build.id, {});
    expect(logs.at(-1)).toMatchObject({
      log_level: 'error',
      output: expect.stringContaining('the disk is full'),
    });
    expect((await world.built(workspace.id, 'delete')).status).toBe('deleted');
  });

  it('runs a start again whose end could not be written because the database was away', async () => {
    await using world = await createWorld();
    const { pool } = world.database;
    const { connect } = pool;
    const created = Promise.withResolvers<void>();
    world.provisioner.hooks.onStart = async () => {
      world.provisioner.hooks.onStart = async () => undefined;
      await created.promise;
      let refusals = 8;
      pool.connect = (async () => {
        refusals -= 1;
        if (refusals === 0) pool.connect = connect;
        throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      }) as typeof connect;
    };
    const { id, latest_build: build } = await world.create('web');
    created.resolve();
    await expect
      .poll(
        async () => (await world.workspaces.getBuild(world.actor, build.id).catch(() => undefined))?.status,
        {
          timeout: 20_000,
        },
      )
      .toBe('running');
    expect(world.provisioner.starts).toHaveLength(2);
    expect(await world.provisioner.pidOf(id)).toBeDefined();
  });

  it('ends a start that takes longer than it may', async () => {
    await using world = await createWorld({ settings: { buildTimeoutMs: 50 } });
    world.provisioner.hooks.onStart = (_, signal) => untilAborted(signal);
    const workspace = await world.created('web');
    expect(workspace.latest_build.job).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('did not finish'),
    });
    expect(await world.provisioner.inspect(workspace.id, {})).toBe('stopped');
  });

  it('shuts the agents down before it stops, and stops without one that does not answer', async () => {
    const asked: string[] = [];
    await using world = await createWorld({
      settings: { shutdownGraceMs: 1, shutdownWaitMs: 2 },
      agents: {
        shutdownAgent: async (id, { graceMs, waitMs }) => {
          asked.push(`${id} ${graceMs} ${waitMs}`);
          throw new Error('no answer');
        },
      },
    });
    const workspace = await world.created('web');
    const agentId = workspace.latest_build.resources[0]?.agents?.[0]?.id;
    const stop = await world.built(workspace.id, 'stop');
    expect([stop.status, asked]).toEqual(['stopped', [`${agentId} 1 2`]]);
  });

  it('lets a running build be canceled by another server, through the database', async () => {
    await using world = await createWorld();
    await using other = await createWorld({
      database: world.database,
      seeded: world,
      workers: 0,
      directory: world.provisioner.directory,
    });
    const reached = Promise.withResolvers<void>();
    world.provisioner.hooks.onStart = (_, signal) => {
      reached.resolve();
      return untilAborted(signal);
    };
    const { latest_build: start } = await world.create('web');
    await reached.promise;
    expect(await other.workspaces.cancelBuild(world.actor, start.id)).toMatchObject({
      after: 'canceling',
    });
    expect((await world.ended(start.id)).status).toBe('canceled');
    const error = await failure(other.workspaces.cancelBuild(world.actor, start.id));
    expect([error.code, error.message]).toEqual(['CONFLICT', 'The build is over: it was canceled.']);
    expect(error.detail).toContain('Another build');
  });
});

describe('the versions of builds', () => {
  it('follow the active one only where that is wanted, and only at a start', async () => {
    await using world = await createWorld();
    const { seedVersion } = await import('../testing/seed.ts');
    const { id } = await world.created('web');
    const two = await seedVersion(world.db, {
      organizationId: world.organizationId,
      userId: world.user.id,
      name: 'two',
      templateId: world.templateId,
    });
    await world.db
      .updateTable('templates')
      .set({ active_version_id: two })
      .where('id', '=', world.templateId)
      .execute();
    expect((await world.workspaces.get(world.actor, id)).outdated).toBe(true);
    expect((await world.built(id, 'stop')).template_version_name).toBe('one');
    expect((await world.built(id, 'start')).template_version_name).toBe('one');
    await world.workspaces.updateAutomaticUpdates(world.actor, id, 'always');
    expect((await world.built(id, 'stop')).template_version_name).toBe('one');
    expect((await world.built(id, 'start')).template_version_name).toBe('two');
  });

  it('keep their parameters, and take new ones at a start', async () => {
    await using world = await createWorld();
    const { id } = await world.created('web', { rich_parameter_values: [{ name: 'region', value: 'us' }] });
    await world.built(id, 'stop');
    const build = await world.workspaces.createBuild(world.actor, id, {
      transition: 'start',
      rich_parameter_values: [{ name: 'size', value: '2' }],
    });
    expect(await world.workspaces.buildParameters(world.actor, build.id)).toEqual([
      { name: 'region', value: 'us' },
      { name: 'size', value: '2' },
    ]);
    await world.ended(build.id);
  });
});
