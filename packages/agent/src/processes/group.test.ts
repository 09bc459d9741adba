import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { processGroup } from './group.ts';

/** Starts a script in a session of its own and waits until it says that it has begun. */
async function started(script: string) {
  const marker = `CODER_TEST_GROUP=${Math.random()}`;
  const [name = '', value] = marker.split('=');
  const child = spawn('sh', ['-c', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, [name]: value },
  });
  const group = processGroup(child.pid as number, marker);
  onTestFinished(() => group.end(0));
  child.once('exit', () => group.leaderEnded());
  await once(child.stdout, 'data');
  return group;
}

test('ends at once what a command left behind, whoever reaps it', async () => {
  const group = await started('sleep 1000 & sleep 1000 & echo begun');
  const before = performance.now();
  await group.end(0);
  expect(performance.now() - before).toBeLessThan(500);
  expect(group.members()).toEqual([]);
});

test('ends what starts itself anew in another session and ends, again and again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'group-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const log = join(folder, 'log');
  const script = join(folder, 'chain');
  const group = await started(
    `printf '%s' 'echo >> ${log}; setsid sh ${script} &' > ${script}; setsid sh ${script} & echo begun`,
  );
  await expect.poll(() => statSync(log, { throwIfNoEntry: false })?.size).toBeGreaterThan(5);
  await group.end(0);
  const { size } = statSync(log);
  await expect.poll(() => group.members()).toEqual([]);
  expect(statSync(log).size).toBe(size);
});
