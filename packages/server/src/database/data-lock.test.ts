import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDataDirectory } from './data-lock.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'coder-lock-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

describe('the lock of a data directory', () => {
  it('is held by one, and free again after it', async () => {
    const lock = await lockDataDirectory(dataDir);
    await expect(lockDataDirectory(dataDir)).rejects.toThrow(
      new RegExp(`runs here already: process ${process.pid} .*It is starting.*kill ${process.pid}`),
    );
    await lock.announce('http://127.0.0.1:3000');
    await expect(lockDataDirectory(dataDir)).rejects.toThrow(
      new RegExp(
        `process ${process.pid} .*Its dashboard is at http://127.0.0.1:3000 now\\. .*kill ${process.pid}`,
      ),
    );
    await lock.release();
    await (await lockDataDirectory(dataDir)).release();
  });

  it.each([
    ['a process that is gone', (text: string) => text.replace(/"pid":\d+/, '"pid":4194999')],
    [
      'another process with the number of one that is gone',
      (text: string) => text.replace(/"startTicks":"\d+"/, '"startTicks":"1"'),
    ],
    ['before the machine started', (text: string) => text.replace(/"bootId":"[^"]+"/, '"bootId":"x"')],
    ['nobody, being broken', () => '{"pid":'],
  ])('is void when it is of %s', async (_, change) => {
    const path = join(dataDir, 'server.lock.1');
    await lockDataDirectory(dataDir);
    await writeFile(path, change(await readFile(path, 'utf8')));
    const claims = await Promise.allSettled([1, 2, 3, 4, 5].map(() => lockDataDirectory(dataDir)));
    expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await readdir(dataDir)).toEqual(['server.lock.2']);
  });

  it('is never held by two, whoever comes and goes', async () => {
    let held = 0;
    let most = 0;
    let claims = 0;
    const claimant = async () => {
      for (let round = 0; round < 40; round++) {
        const lock = await lockDataDirectory(dataDir).catch(() => undefined);
        if (!lock) continue;
        held += 1;
        claims += 1;
        most = Math.max(most, held);
        // A holder that dies leaves its claim behind for the next to surpass.
        const [name] = (await readdir(dataDir))
          .filter((entry) => /^server\.lock\.\d+$/.test(entry))
          .sort((a, b) => order(b) - order(a));
        held -= 1;
        if (round % 2) await lock.release();
        else await writeFile(join(dataDir, name ?? ''), 'void');
      }
    };
    await Promise.all(Array.from({ length: 8 }, claimant));
    expect(most).toBe(1);
    expect(claims).toBeGreaterThan(20);
  });
});

const order = (name: string) => Number(name.split('.').at(-1));
