import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { writeLines } from './write-lines.ts';

async function* lines(count: number, failAt = -1): AsyncGenerator<string> {
  for (let n = 0; n < count; n++) {
    if (n === failAt) throw new Error('the server went away');
    yield `line ${n}`;
  }
}

describe('lines written to a file', () => {
  it('are there when they are all there, for nobody else to read', async () => {
    using home = temporaryFolder();
    const file = join(home.path, 'out');
    await writeLines(lines(50_000), { file });
    const text = readFileSync(file, 'utf8');
    expect([text.split('\n').length, text.slice(0, 14)]).toEqual([50_001, 'line 0\nline 1\n']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('leave what is there alone unless told otherwise, and when they break off', async () => {
    using home = temporaryFolder();
    const file = join(home.path, 'out');
    writeFileSync(file, 'before');
    await expect(writeLines(lines(1), { file })).rejects.toThrow('is there already');
    await expect(writeLines(lines(9, 5), { file, force: true })).rejects.toThrow('went away');
    expect([readFileSync(file, 'utf8'), readdirSync(home.path)]).toEqual(['before', ['out']]);
    await writeLines(lines(1), { file, force: true });
    expect(readFileSync(file, 'utf8')).toBe('line 0\n');
  });
});
