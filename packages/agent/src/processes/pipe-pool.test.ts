import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readdirSync, readlinkSync, rmSync, writeSync } from 'node:fs';
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

test('a pipe is used again once it has been read to its end, and by nobody who can still write to the first', async () => {
  await pool.fill();
  const before = openPipes();
  for (let round = 0; round < 200; round++) {
    const [pipe, other] = [pool.take(), pool.take()];
    if (!pipe || !other) throw new Error(`there is no pipe in round ${round}`);
    // Somebody else holds the first open for longer.
    const held = openSync(`/proc/self/fd/${pipe.writeEnd}`, 'w');
    const texts = [pipe, other].map(async (each) => {
      let text = '';
      for await (const part of each.reader()) text += part;
      return text;
    });
    writeSync(pipe.writeEnd, 'one');
    writeSync(other.writeEnd, 'other');
    for (const each of [pipe, other]) each.closeWriteEnd();
    expect(await texts[1]).toBe('other');
    const next = pool.take();
    writeSync(held, ' and all');
    closeSync(held);
    expect(await texts[0]).toBe('one and all');
    next?.closeWriteEnd();
    let text = '';
    for await (const part of next?.reader() ?? []) text += part;
    expect(text).toBe('');
    await turn();
  }
  // No more have been made than the first time, and none has been left open.
  expect(openPipes()).toBeLessThanOrEqual(before + 8);
});

test('many at once are more than are kept', async () => {
  const readers = [];
  const taken = [];
  for (let i = 0; i < 300; i++) {
    await pool.atHand();
    const pipe = pool.take();
    if (!pipe) throw new Error(`there is no pipe ${i}`);
    taken.push(pipe);
    readers.push(once(pipe.reader().resume(), 'close'));
  }
  // Two ends of each, those that are kept, and few that nobody has taken.
  expect(openPipes()).toBeLessThan(2 * 300 + 150);
  for (const pipe of taken) pipe.closeWriteEnd();
  await Promise.all(readers);
  await turn();
  expect(openPipes()).toBeLessThan(150);
});

test('some are open beforehand, and a pool that is closed leaves neither descriptors nor names', async () => {
  await pool.fill();
  const made = openPipes();
  pool.take()?.discard();
  await turn();
  await turn();
  // The one that was not read is used no more; two ends of each of four are open.
  expect(openPipes()).toBe(made - 1 + 8);
  expect(readdirSync(folder)).toEqual([]);
  pool.close();
  expect(openPipes()).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
  expect(pool.take()).toBeUndefined();
});
