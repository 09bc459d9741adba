import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { expect, it } from 'vitest';
import { packFolder } from './pack-folder.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

it('packs files and folders with their modes, and no links', async () => {
  using home = temporaryFolder();
  mkdirSync(join(home.path, 'a/empty'), { recursive: true });
  writeFileSync(join(home.path, 'a/run.sh'), 'echo', { mode: 0o750 });
  writeFileSync(join(home.path, 'nothing'), '');
  symlinkSync('/etc/passwd', join(home.path, 'link'));
  const entries: Record<string, [type: string, mode: number, text: string]> = {};
  const tar = extract();
  const packed = packFolder(home.path);
  packed.pipe(tar);
  for await (const entry of tar) {
    const { name, type, mode } = entry.header;
    entries[name] = [String(type), mode ?? 0, (await buffer(entry)).toString()];
  }
  expect(entries).toEqual({
    a: ['directory', 0o755, ''],
    'a/empty': ['directory', 0o755, ''],
    'a/run.sh': ['file', 0o750, 'echo'],
    nothing: ['file', 0o644, ''],
  });
});

it('breaks off when a folder cannot be read', async () => {
  await expect(buffer(packFolder('/nowhere/at/all'))).rejects.toThrow('ENOENT');
});
