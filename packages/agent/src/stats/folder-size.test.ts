import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFolderSize } from './folder-size.ts';

const MIB = 1024 * 1024;
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folder-size-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('counts what is in the folder and nothing else, and counts again after a while', async () => {
  let time = 0;
  const size = createFolderSize(folder, () => time);
  expect(size.bytes()).toBeUndefined();
  await writeFile(join(folder, 'one'), Buffer.alloc(3 * MIB, 1));
  await size.refresh();
  expect(size.bytes()).toBeGreaterThanOrEqual(3 * MIB);
  expect(size.bytes()).toBeLessThan(3.5 * MIB);
  await writeFile(join(folder, 'two'), Buffer.alloc(3 * MIB, 1));
  await size.refresh();
  expect(size.bytes()).toBeLessThan(3.5 * MIB);
  time += 60_000;
  await size.refresh();
  expect(size.bytes()).toBeGreaterThanOrEqual(6 * MIB);
});

it('keeps what it knew of a folder that is gone, and knows nothing of one that never was', async () => {
  const size = createFolderSize(join(folder, 'none'), () => 0);
  await size.refresh();
  expect(size.bytes()).toBeUndefined();
});
