import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  fstatSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPipePool, type Pipe, type PipePool } from './pipe-pool.ts';

let folder: string;
let unique: string;
let pool: PipePool;
beforeEach(() => {
  unique = randomUUID();
  folder = mkdtempSync(join(tmpdir(), 'pipes-'));
  pool = createPipePool(folder, unique);
});
afterEach(() => {
  pool.close();
  rmSync(folder, { recursive: true });
});

async function one(): Promise<Pipe> {
  const [pipe] = (await pool.take(1)) ?? [];
  if (!pipe) throw new Error('there is no pipe');
  return pipe;
}

const namesLeft = () =>
  [folder, '/dev/shm'].flatMap((place) => readdirSync(place)).filter((name) => name.includes(unique));

/** How many descriptors of this process are pipes of the pool. */
const openPipes = () =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).includes(`/coder-pipe-${unique}-`);
    } catch {
      return false;
    }
  }).length;

test('each pipe carries what is written to it, also those that are open before they are taken', async () => {
  await pool.fill();
  for (let round = 0; round < 20; round++) {
    const pipe = await one();
    writeSync(pipe.writeEnd, `round ${round}`);
    pipe.closeWriteEnd();
    let text = '';
    for await (const part of pipe.reader()) text += part;
    expect(text).toBe(`round ${round}`);
  }
});

test('no pipe is used again, since somebody who has read from it may hold it', async () => {
  await pool.fill();
  const seen = new Set<number>();
  for (let round = 0; round < 100; round++) {
    const pipe = await one();
    seen.add(fstatSync(pipe.writeEnd).ino);
    pipe.closeWriteEnd();
    await once(pipe.reader().resume(), 'close');
  }
  expect(seen.size).toBe(100);
});

test('many who come at once each get theirs, however few were ready', async () => {
  const all = await Promise.all(Array.from({ length: 100 }, () => pool.take(2)));
  const inodes = all.flatMap((pipes) => pipes?.map(({ writeEnd }) => fstatSync(writeEnd).ino) ?? []);
  expect(new Set(inodes).size).toBe(200);
  for (const pipe of all.flatMap((pipes) => pipes ?? [])) pipe.discard();
});

test('a child can be given its other end, which waits for what is written', async () => {
  await pool.fill();
  const pipe = await one();
  const end = pipe.openToRead();
  const child = spawn('cat', { stdio: [end, 'pipe', 'inherit'] }) as ChildProcessByStdio<
    null,
    Readable,
    null
  >;
  closeSync(end);
  await once(child, 'spawn');
  writeSync(pipe.writeEnd, 'written');
  pipe.discard();
  let text = '';
  for await (const part of child.stdout) text += part;
  expect(text).toBe('written');
});

test('where there is no folder in memory they are made in the other, and without that there are none', async () => {
  const onDisk = createPipePool(folder, 'disk', '/nonexistent');
  const pipes = await onDisk.take(2);
  expect(pipes?.map(({ writeEnd }) => fstatSync(writeEnd).dev)).toEqual(Array(2).fill(statSync(folder).dev));
  for (const pipe of pipes ?? []) pipe.discard();
  onDisk.close();
  const nowhere = createPipePool('/nonexistent', 'none', '/nonexistent');
  expect(await nowhere.take(2)).toBeUndefined();
});

test('some are open beforehand, and a pool that is closed leaves neither descriptors nor names', async () => {
  await pool.fill();
  const made = openPipes();
  (await one()).discard();
  await turn();
  await turn();
  // One is used up, and two ends of each of six are open.
  expect(openPipes()).toBe(made - 1 - 6 + 12);
  expect(namesLeft()).toEqual([]);
  pool.close();
  expect(openPipes()).toBe(0);
  expect(await pool.take(1)).toBeUndefined();
});
