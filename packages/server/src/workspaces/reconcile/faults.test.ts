import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Transition } from '@coder/api';
import { expect, it } from 'vitest';
import type { CrashOrder } from '../testing/crash-server.ts';
import { createWorld, type World } from '../testing/world.ts';

const program = new URL('../testing/crash-server.ts', import.meta.url);

type Server = { said(word: string): Promise<void>; kill(): Promise<void> };

/** A server of its own process that runs the builds and hangs in the middle of one of this transition. */
async function hangingServer(world: World, dataDir: string, transition: Transition): Promise<Server> {
  const { organizationId, templateId, versionId, user } = world;
  const order: CrashOrder = {
    url: world.database.url,
    directory: world.provisioner.directory,
    dataDir,
    transition,
    seeded: { organizationId, templateId, versionId },
    user: { id: user.id, username: user.username },
  };
  const child = fork(program, [JSON.stringify(order)], { execArgv: [], stdio: 'inherit' });
  const words = new Map<string, PromiseWithResolvers<void>>();
  const word = (text: string) => {
    const known = words.get(text) ?? Promise.withResolvers<void>();
    words.set(text, known);
    return known;
  };
  const gone = new Promise<void>((resolve) => {
    child.once('exit', (code) => {
      for (const [text, { reject }] of words)
        reject(new Error(`the server ended (${code}) before it said "${text}"`));
      resolve();
    });
  });
  child.on('message', (text) => word(String(text)).resolve());
  await word('ready').promise;
  return {
    said: (text) => word(text).promise,
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** What a server does when it starts on the data of one that was killed. */
async function takeOver(world: World, dataDir: string): Promise<World> {
  const next = await createWorld({
    database: world.database,
    seeded: world,
    directory: world.provisioner.directory,
    dataDir,
  });
  await next.reconciler.run();
  return next;
}

it.each(['start', 'stop', 'delete'] as const)(
  'ends a %s truly whose server was killed in its middle',
  async (transition) => {
    await using world = await createWorld({ workers: 0 });
    const dataDir = await mkdtemp(join(tmpdir(), 'crash-'));
    let build = (await world.create('web')).latest_build;
    const server = await hangingServer(world, dataDir, transition);
    if (transition !== 'start') {
      await world.ended(build.id);
      build = await world.workspaces.createBuild(world.actor, build.workspace_id, { transition });
    }
    await server.said('hanging');
    const orphan = await world.provisioner.pidOf(build.workspace_id);
    await server.kill();
    expect((await world.workspaces.getBuild(world.actor, build.id)).job.status).toBe('running');

    await using next = await takeOver(world, dataDir);
    const ended = await next.ended(build.id);
    const status = { start: 'running', stop: 'stopped', delete: 'deleted' }[transition];
    expect(ended.status).toBe(status);
    const is = await next.provisioner.inspect(build.workspace_id, {});
    expect(is).toBe({ start: 'running', stop: 'stopped', delete: 'missing' }[transition]);
    if (transition === 'start') {
      expect(ended.resources).toHaveLength(1);
      expect(await next.provisioner.pidOf(build.workspace_id)).not.toBe(orphan);
      expect(next.provisioner.starts).toHaveLength(1);
    }
    await rm(dataDir, { recursive: true });
  },
);

it('cancels a start whose server was killed after it was asked to cancel', async () => {
  await using world = await createWorld({ workers: 0 });
  const dataDir = await mkdtemp(join(tmpdir(), 'crash-'));
  const { id, latest_build: build } = await world.create('web');
  const server = await hangingServer(world, dataDir, 'start');
  await server.said('hanging');
  await world.db
    .updateTable('provisioner_jobs')
    .set({ status: 'canceling' })
    .where('id', '=', build.job.id)
    .execute();
  await server.kill();
  await using next = await takeOver(world, dataDir);
  expect((await next.ended(build.id)).status).toBe('canceled');
  expect(await next.provisioner.inspect(id, {})).toBe('stopped');
  await rm(dataDir, { recursive: true });
});
