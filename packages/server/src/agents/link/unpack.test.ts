import { mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Header, pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestAgent, type TestAgent } from './testing.ts';

let agent: TestAgent;
const at = (name: string) => join(agent.home, name);
beforeAll(async () => {
  agent = await startTestAgent();
});
afterAll(() => agent.stop());

type Entry = Partial<Header> & { name: string; content?: string };

async function* tarOf(entries: readonly Entry[]): AsyncGenerator<Uint8Array> {
  const archive = pack();
  for (const { content = '', ...header } of entries) archive.entry(header, content);
  archive.finalize();
  yield* archive as AsyncIterable<Uint8Array>;
}
const unpack = (path: string, entries: readonly Entry[], more: object = {}) =>
  agent.connection.files.unpack({ path, ...more }, tarOf(entries));
const names = async (path: string) => (await readdir(at(path), { recursive: true })).sort();
const leftovers = async () => (await readdir(agent.home)).filter((name) => name.endsWith('.tmp'));

describe('unpacking', () => {
  test('makes files, folders and links as they were, and says what it made', async () => {
    const mtime = new Date('2026-01-02T03:04:05Z');
    const made = await unpack(
      '~/made/here',
      [
        { name: 'top/', type: 'directory', mode: 0o750 },
        { name: 'top/run.sh', mode: 0o755, mtime, content: 'one\n' },
        { name: 'top/deep/er/file', content: 'two' },
        { name: 'top/deep/same', type: 'link', linkname: 'top/deep/er/file' },
        { name: 'top/deep/up', type: 'symlink', linkname: '../run.sh' },
        { name: 'top/closed/', type: 'directory', mode: 0o555 },
        { name: 'top/closed/inside', content: 'x' },
      ],
      { strip: 1 },
    );
    expect(made).toMatchObject({
      path: at('made/here'),
      files: 4,
      folders: 1,
      links: 1,
      bytes: 8,
      skipped: 0,
      created: true,
    });
    expect(made.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(await readFile(at('made/here/deep/up'), 'utf8')).toBe('one\n');
    expect((await stat(at('made/here/deep/same'))).nlink).toBe(2);
    const script = await stat(at('made/here/run.sh'));
    expect([script.mode & 0o777, script.mtime]).toEqual([0o755, mtime]);
    expect((await stat(at('made/here'))).mode & 0o777).toBe(0o750);
    expect(await readdir(at('made'))).toEqual(['here']);
  });

  test.each([
    ['climbs', '../../etc/x'],
    ['climbs within', 'a/../../x'],
    ['is absolute', '/etc/x'],
  ])('refuses whole an entry that %s', async (_, name) => {
    const refused = unpack('~/refused', [{ name: 'good', content: 'x' }, { name }]);
    await expect(refused).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(stat(at('refused'))).rejects.toThrow();
    expect(await leftovers()).toEqual([]);
  });

  test('writes nothing through a link, and leaves out those that lead out', async () => {
    await mkdir(at('outside'));
    const made = await unpack('~/links', [
      { name: 'absolute', type: 'symlink', linkname: at('outside') },
      { name: 'absolute/planted', content: 'x' },
      { name: 'climbing', type: 'symlink', linkname: '../outside' },
      { name: 'hard', type: 'link', linkname: 'nowhere' },
      { name: 'pipe', type: 'fifo' },
      // Each stays inside by itself; one through the other would not.
      { name: 'p/q/short', type: 'symlink', linkname: '../../top' },
      { name: 'p/q/short/x', type: 'symlink', linkname: '../../../outside' },
      { name: 'self', type: 'symlink', linkname: '.' },
      { name: 'through', type: 'symlink', linkname: 'self/../outside' },
    ]);
    expect(await readdir(at('outside'))).toEqual([]);
    expect(made.skipped_paths.sort()).toEqual([
      'absolute',
      'climbing',
      'hard',
      'p/q/short/x',
      'pipe',
      'through',
    ]);
    expect(await readFile(at('links/absolute/planted'), 'utf8')).toBe('x');
    expect(await readlink(at('links/self'))).toBe('.');
  });

  test('into a folder that is there replaces file by file, once told so', async () => {
    await mkdir(at('merged/kept'), { recursive: true });
    await writeFile(at('merged/kept/old'), 'old');
    await writeFile(at('merged/same'), 'old');
    const entries = [
      { name: 'same', content: 'new' },
      { name: 'kept/more', content: 'new' },
      { name: 'added/x', content: 'new' },
    ];
    await expect(unpack('~/merged', entries)).rejects.toMatchObject({ code: 'exists', status: 409 });
    expect(await unpack('~/merged', entries, { overwrite: true })).toMatchObject({
      files: 3,
      created: false,
    });
    expect(await names('merged')).toEqual(['added', 'added/x', 'kept', 'kept/more', 'kept/old', 'same']);
    expect(await readFile(at('merged/same'), 'utf8')).toBe('new');
    expect(await leftovers()).toEqual([]);
  });

  test('follows no link of the folder that it goes into, and finds clashes before it writes', async () => {
    await mkdir(at('clash/folder'), { recursive: true });
    await mkdir(at('elsewhere'));
    await symlink(at('elsewhere'), at('clash/away'));
    for (const entries of [
      [
        { name: 'a', content: 'new' },
        { name: 'away/x', content: 'x' },
      ],
      [
        { name: 'a', content: 'new' },
        { name: 'folder', content: 'x' },
      ],
    ]) {
      await expect(unpack('~/clash', entries, { overwrite: true })).rejects.toMatchObject({ status: 400 });
    }
    expect(await names('clash')).toEqual(['away', 'folder']);
    expect(await readdir(at('elsewhere'))).toEqual([]);
  });

  test('stops at its limits', async () => {
    const entries = [
      { name: 'a', content: 'xxxx' },
      { name: 'b', content: 'xxxx' },
    ];
    for (const limit of [{ max_bytes: 7 }, { max_entries: 1 }]) {
      await expect(unpack('~/limited', entries, limit)).rejects.toMatchObject({
        code: 'too_large',
        status: 413,
      });
    }
    await expect(stat(at('limited'))).rejects.toThrow();
  });

  test('takes no other body for a tar', async () => {
    async function* text() {
      yield Buffer.from('this is no tar'.repeat(100));
    }
    async function* nothing() {}
    for (const body of [text(), nothing()]) {
      const refused = agent.connection.files.unpack({ path: '~/none' }, body);
      await expect(refused).rejects.toMatchObject({ code: 'invalid_input' });
    }
    expect(await leftovers()).toEqual([]);
  });

  test('takes no archive that was cut off, wherever that was', async () => {
    const entries = [
      { name: 'a', content: 'one' },
      { name: 'zeros', content: '\0'.repeat(1024) },
      { name: 'c', content: 'x'.repeat(2000) },
    ];
    const whole = Buffer.concat(await Array.fromAsync(tarOf(entries)));
    async function* cut(length: number) {
      yield whole.subarray(0, length);
    }
    // Behind the first entry, amid a header, behind content that is zeros, amid content, and at the end.
    for (const length of [1024, 1300, 2560, 4000, 5120]) {
      const refused = agent.connection.files.unpack({ path: '~/cut' }, cut(length));
      await expect(refused, `${length} bytes`).rejects.toMatchObject({
        code: 'invalid_input',
        status: 400,
        message: expect.stringContaining('is cut off'),
      });
    }
    await expect(stat(at('cut'))).rejects.toThrow();
    expect(await agent.connection.files.unpack({ path: '~/cut' }, cut(5632))).toMatchObject({ files: 3 });
    expect(whole.length).toBe(6144);
  });

  test('leaves nothing of a body that breaks off', async () => {
    async function* broken() {
      for await (const part of tarOf([{ name: 'a', content: 'x'.repeat(100_000) }])) {
        yield part.subarray(0, 50_000);
        throw new Error('the source is gone');
      }
    }
    await expect(agent.connection.files.unpack({ path: '~/broken' }, broken())).rejects.toThrow();
    // The agent hears of it a moment later; a further call comes after that.
    await expect.poll(leftovers).toEqual([]);
    await expect(stat(at('broken'))).rejects.toThrow();
  });

  test('gives back what was archived, also through a link to a folder', async () => {
    await mkdir(at('source/sub'), { recursive: true });
    await writeFile(at('source/sub/file'), 'content');
    await symlink(at('source'), at('source-link'));
    const { files } = agent.connection;
    const made = await files.unpack(
      { path: '~/copied', strip: 1 },
      await files.archive({ path: '~/source-link' }),
    );
    expect(made).toMatchObject({ files: 1, folders: 1 });
    expect(await readFile(at('copied/sub/file'), 'utf8')).toBe('content');
  });
});

describe('sums', () => {
  test('are checked before anything is kept', async () => {
    const { files } = agent.connection;
    async function* body() {
      yield Buffer.from('hello');
    }
    const sha256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
    expect(await files.uploadSummed({ path: '~/summed' }, body())).toMatchObject({ size: 5, sha256 });
    await expect(
      files.uploadSummed({ path: '~/wrong', sha256: '0'.repeat(64) }, body()),
    ).rejects.toMatchObject({ code: 'checksum_mismatch' });
    await expect(stat(at('wrong'))).rejects.toThrow();
  });

  test('of a file are told where they are asked for', async () => {
    await writeFile(at('hashed'), 'hello');
    const { files } = agent.connection;
    expect((await files.stat({ path: '~/hashed', sha256: true })).sha256).toMatch(/^2cf24dba/);
    expect(await files.stat({ path: '~/hashed' })).not.toHaveProperty('sha256');
    expect(await files.stat({ path: '~', sha256: true })).not.toHaveProperty('sha256');
  });
});
