import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { worlds } from './testing/conditions.ts';
import { startServer } from './testing/server-process.ts';
import { inWorkspace, leftOf, temporaryDataDir } from './testing/world.ts';

const world = worlds.find((candidate) => candidate.skip === undefined) as (typeof worlds)[number];

describe('a server that is killed at any moment', () => {
  let data: Awaited<ReturnType<typeof temporaryDataDir>>;
  beforeAll(async () => {
    data = await temporaryDataDir();
    await using first = await startServer({ dataDir: data.path, sandbox: world.sandbox });
    // The runtime is in place now, so that the kills below hit the start of a workspace.
    const workspaceId = randomUUID();
    await first.start({ workspaceId });
    await first.delete(workspaceId);
  });
  afterAll(() => data.remove());

  // The moments, in milliseconds after the call, are spread over all that a start does.
  const moments = [0, 3, 7, 12, 18, 25, 35, 50, 80];
  it.each(moments)('loses nothing that a start had begun %i ms before', async (moment) => {
    const workspaceId = randomUUID();
    const buildId = randomUUID();
    const options = { dataDir: data.path, sandbox: world.sandbox };
    const first = await startServer(options);
    await first.check();
    first.start({ workspaceId, buildId }).catch(() => {});
    await pause(moment);
    await first.kill();
    await using second = await startServer(options);
    await second.start({ workspaceId, buildId });
    expect((await inWorkspace(data.path, workspaceId, 'echo well')).stdout).toBe('well\n');
    expect(await second.list()).toEqual([{ workspaceId, status: 'running' }]);
    await second.delete(workspaceId);
    expect(leftOf(workspaceId, undefined)).toEqual([]);
    expect(await second.list()).toEqual([]);
  });

  it.each([0, 2, 5, 12])('loses nothing that a delete had begun %i ms before', async (moment) => {
    const workspaceId = randomUUID();
    const options = { dataDir: data.path, sandbox: world.sandbox };
    const first = await startServer(options);
    await first.start({ workspaceId });
    await inWorkspace(data.path, workspaceId, 'for i in $(seq 300); do mkdir -p many/$i/a/b; done');
    first.delete(workspaceId).catch(() => {});
    await pause(moment);
    await first.kill();
    await using second = await startServer(options);
    for (const entry of await second.list()) await second.delete(entry.workspaceId);
    expect(leftOf(workspaceId, undefined)).toEqual([]);
    expect(existsSync(join(data.path, 'workspaces', workspaceId))).toBe(false);
    expect(await second.list()).toEqual([]);
  });
});
