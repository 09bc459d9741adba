import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureDataDirectory } from './data-directory.ts';

let base: string;
let umask: number;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'coder-data-'));
  umask = process.umask(0o077);
});
afterEach(async () => {
  process.umask(umask);
  await rm(base, { recursive: true });
});
const mode = async (...path: string[]) => ((await stat(join(base, ...path))).mode & 0o777).toString(8);

describe('the data directory', () => {
  it('may be passed through, with every folder made for it, whatever the umask', async () => {
    await ensureDataDirectory({ configDir: '/elsewhere', dataDir: join(base, 'coder', 'abc') });
    expect([await mode('coder'), await mode('coder', 'abc'), await mode()]).toEqual(['711', '711', '700']);
  });

  it('does not open the configuration directory it lies in', async () => {
    await ensureDataDirectory({ configDir: join(base, 'coderv2'), dataDir: join(base, 'coderv2', 'data') });
    expect([await mode('coderv2'), await mode('coderv2', 'data')]).toEqual(['700', '711']);
  });

  it('that cannot be made is a clear error', async () => {
    await writeFile(join(base, 'file'), '');
    await expect(
      ensureDataDirectory({ configDir: '/elsewhere', dataDir: join(base, 'file', 'data') }),
    ).rejects.toThrow(/cannot be made \(ENOTDIR\).*--data-dir/);
  });
});
