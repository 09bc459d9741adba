import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPipePool, type PipePool } from './pipe-pool.ts';

let folder: string;
let pool: PipePool;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pipes-'));
  pool = createPipePool(folder, 'test');
});
afterEach(() => {
  pool.close();
  rmSync(folder, { recursive: true });
});

/** How many descriptors of this process are pipes of the pool. */
const openPipes = () =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      return false;
    }
  }).length;

test('each pipe carries what is written to it, also those that are open before they are taken', async () => {
  await pool.fill();
  for (let round = 0; round < 20; round++) {
    await pool.atHand();
    const pipe = pool.take();
    if (!pipe) throw new Error('there is no pipe');
    writeSync(pipe.writeEnd, `round ${round}`);
    pipe.closeWriteEnd();
    let text = '';
    for await (const part of pipe.reader()) text += part;
    expect(text).toBe(`round ${round}`);
  }
});

test('some are open beforehand, and a pool that is closed leaves neither descriptors nor names', async () => {
  await pool.fill();
  pool.take()?.discard();
  await turn();
  await turn();
  expect(openPipes()).toBe(8);
  pool.close();
  expect(openPipes()).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
  expect(pool.take()).toBeUndefined();
});
