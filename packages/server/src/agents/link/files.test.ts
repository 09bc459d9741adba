import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestAgent, type TestAgent } from './testing.ts';

let agent: TestAgent;
const at = (name: string) => join(agent.home, name);
beforeAll(async () => {
  agent = await startTestAgent();
});
afterAll(() => agent.stop());

describe('reading and writing', () => {
  test('a write makes parents, keeps the mode, follows links, and changes the etag', async () => {
    const { files } = agent.connection;
    const first = await files.write({ path: '~/a/b/run.sh', content: 'one\n', mode: '0755' });
    expect(first).toMatchObject({ path: at('a/b/run.sh'), size: 4, created: true });
    await symlink(at('a/b/run.sh'), at('link.sh'));
    const second = await files.write({ path: at('link.sh'), content: 'two\n', if_match: first.etag });
    expect(second).toMatchObject({ path: at('a/b/run.sh'), created: false });
    expect(second.etag).not.toBe(first.etag);
    expect(await readFile(at('a/b/run.sh'), 'utf8')).toBe('two\n');
    expect((await stat(at('a/b/run.sh'))).mode & 0o777).toBe(0o755);
    await expect(
      files.write({ path: at('link.sh'), content: 'x', if_match: first.etag }),
    ).rejects.toMatchObject({ code: 'etag_mismatch', status: 412 });
    await expect(files.write({ path: at('link.sh'), content: 'x', create_only: true })).rejects.toMatchObject(
      { code: 'exists' },
    );
  });

  test('lines are read from any place, numbered, cut and capped, with the way to read on', async () => {
    await writeFile(
      at('lines.txt'),
      `${Array.from({ length: 50 }, (_, i) => `line ${i + 1}`).join('\n')}\n${'é'.repeat(100)}\nlast`,
    );
    const { files } = agent.connection;
    expect(
      await files.readLines({ path: '~/lines.txt', offset: 10, limit: 2, line_numbers: true }),
    ).toMatchObject({
      content: '10\tline 10\n11\tline 11\n',
      lines: 2,
      total_lines: 52,
      next_offset: 12,
    });
    const end = await files.readLines({ path: '~/lines.txt', offset: 51, max_line_bytes: 21 });
    expect(end.content).toBe(`${'é'.repeat(10)}… [180 more bytes in this line]\nlast`);
    expect(end).toMatchObject({ cut_lines: [51], next_offset: null });
    expect((await files.readLines({ path: '~/lines.txt', max_bytes: 64 })).next_offset).toBe(10);
  });

  test('bytes come as text or base64, and say which', async () => {
    await writeFile(at('text.md'), 'añb');
    await writeFile(at('bin.png'), Buffer.from([0, 255, 1]));
    const { files } = agent.connection;
    expect(await files.readBytes({ path: '~/text.md', limit: 2 })).toMatchObject({
      content: 'a',
      encoding: 'text',
      next_offset: 1,
      mime_type: 'text/markdown',
    });
    expect(await files.readBytes({ path: '~/bin.png' })).toMatchObject({
      content: 'AP8B',
      encoding: 'base64',
      binary: true,
      next_offset: null,
    });
    await expect(files.readLines({ path: '~/bin.png' })).rejects.toMatchObject({ code: 'not_text' });
  });

  test('wrong paths say what is wrong with which field', async () => {
    const { files } = agent.connection;
    await expect(files.stat({ path: 'relative' })).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'path',
    });
    await expect(files.stat({ path: 'a\0b' })).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'path',
    });
    await expect(files.stat({ path: '' })).rejects.toMatchObject({ code: 'invalid_input', field: 'path' });
    await expect(files.stat({ path: '~/none' })).rejects.toMatchObject({
      code: 'not_found',
      path: at('none'),
    });
    await expect(files.readBytes({ path: '~/' })).rejects.toMatchObject({ code: 'is_a_directory' });
    await writeFile(at('plain'), '');
    await expect(files.write({ path: '~/plain/x', content: '' })).rejects.toMatchObject({
      code: 'not_a_directory',
    });
    expect((await files.stat({ path: 'plain', relative_to: 'home' })).path).toBe(at('plain'));
    await expect(
      files.write({ path: '~/b', content: 'not base64!', encoding: 'base64' }),
    ).rejects.toMatchObject({ code: 'invalid_input', field: 'content' });
  });
});

describe('editing', () => {
  test('several files at once, or none of them', async () => {
    await writeFile(at('one.txt'), 'a\nb\n');
    await writeFile(at('two.txt'), 'c\n');
    const { files } = agent.connection;
    const good = { path: at('one.txt'), edits: [{ old_text: 'b', new_text: 'B' }] };
    const refused = files.edit({
      files: [
        good,
        { path: at('two.txt'), edits: [{ old_text: 'x', new_text: '' }] },
        { path: at('gone'), edits: [{ old_text: 'x', new_text: '' }] },
      ],
    });
    await expect(refused).rejects.toMatchObject({
      code: 'not_found',
      errors: [{ code: 'edit_not_found', field: 'files.1.edits.0.old_text' }, { code: 'not_found' }],
    });
    expect(await readFile(at('one.txt'), 'utf8')).toBe('a\nb\n');
    const { files: done } = await files.edit({
      files: [
        good,
        {
          path: at('two.txt'),
          edits: [
            { old_text: 'c', new_text: 'd' },
            { old_text: 'd', new_text: 'e' },
          ],
        },
      ],
    });
    expect(done[0]?.diff).toContain('-b\n+B\n');
    expect(done[1]).toMatchObject({ replacements: 2, match: 'exact' });
    expect(await readFile(at('two.txt'), 'utf8')).toBe('e\n');
    await expect(files.edit({ files: [good, good] })).rejects.toMatchObject({
      message: expect.stringContaining('duplicate file path'),
    });
    await expect(files.edit({ files: [] })).rejects.toMatchObject({
      message: expect.stringContaining('at least one file'),
    });
  });
});

describe('folders', () => {
  test('list in pages, move, remove, make', async () => {
    const { files } = agent.connection;
    await files.mkdir({ path: '~/dir/sub' });
    for (const name of ['a', 'b', 'c']) await files.write({ path: `~/dir/${name}`, content: name });
    const page = await files.list({ path: '~/dir', limit: 2 });
    expect(page.entries.map((e) => e.name)).toEqual(['a', 'b']);
    const rest = await files.list({ path: '~/dir', limit: 2, cursor: page.next_cursor as string });
    expect([rest.entries.map((e) => `${e.name} ${e.type}`), rest.next_cursor, rest.total]).toEqual([
      ['c file', 'sub directory'],
      null,
      4,
    ]);
    await expect(files.move({ path: '~/dir/a', destination: '~/dir/b' })).rejects.toMatchObject({
      code: 'exists',
      field: 'destination',
    });
    expect((await files.move({ path: '~/dir/a', destination: '~/new/a' })).path).toBe(at('new/a'));
    await expect(files.remove({ path: '~/dir' })).rejects.toMatchObject({ code: 'not_empty' });
    await files.remove({ path: '~/dir', recursive: true });
    await expect(files.stat({ path: '~/dir' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(files.remove({ path: '~', recursive: true })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  test('search finds by content and by name, within bounds', async () => {
    await mkdir(at('src/node_modules'), { recursive: true });
    await writeFile(at('src/a.ts'), 'const x = 1;\nfunction hello() {}\n');
    await writeFile(at('src/b.md'), 'Hello\n');
    await writeFile(at('src/node_modules/c.ts'), 'hello\n');
    const { files } = agent.connection;
    const found = await files.search({ path: '~/src', pattern: 'h(el)+lo', case_sensitive: false });
    expect(found.matches).toEqual([
      { path: at('src/a.ts'), line: 2, column: 10, text: 'function hello() {}' },
      { path: at('src/b.md'), line: 1, column: 1, text: 'Hello' },
    ]);
    expect(
      (await files.search({ path: '~/src', glob: '*.ts', include_ignored: true })).matches.map((m) => m.path),
    ).toEqual([at('src/a.ts'), at('src/node_modules/c.ts')]);
    expect((await files.search({ path: '~/src', pattern: 'l', limit: 1 })).truncated).toBe('limit');
    await files.write({ path: '~/src/slow.txt', content: `${'word '.repeat(40)}!` });
    await expect(files.search({ path: '~/src/slow.txt', pattern: '^(\\w+\\s?)*$' })).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'pattern',
    });
    await expect(files.search({ path: '~/src', pattern: '(' })).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'pattern',
    });
  });
});

describe('transfers', () => {
  test('100 MB go up and come down unharmed', { timeout: 120_000 }, async () => {
    const { files } = agent.connection;
    const block = randomBytes(1024 * 1024);
    async function* source() {
      for (let i = 0; i < 100; i++) yield block;
    }
    const hash = createHash('sha256');
    for (let i = 0; i < 100; i++) hash.update(block);
    const sha256 = hash.digest('hex');
    const up = await files.upload({ path: '~/big', mode: '0600', sha256 }, source());
    expect(up).toMatchObject({ size: 100 * block.length, sha256 });
    const down = await files.download({ path: '~/big' });
    expect(down).toMatchObject({ size: 100 * block.length, mode: '0600', etag: up.etag });
    const got = createHash('sha256');
    for await (const part of down.body) got.update(part);
    expect(got.digest('hex')).toBe(sha256);
    // The link answers others meanwhile: a download that nobody reads must not hold it up.
    const idle = await files.download({ path: '~/big' });
    expect(await files.stat({ path: '~/big' })).toMatchObject({ type: 'file' });
    await idle.body.return(undefined);
    await files.remove({ path: '~/big' });
  });

  test('an upload that breaks off or has another sum leaves nothing behind', async () => {
    const { files } = agent.connection;
    async function* broken() {
      yield Buffer.from('half');
      throw new Error('the source failed');
    }
    await expect(files.upload({ path: '~/up/half' }, broken())).rejects.toThrow();
    await expect(
      files.upload({ path: '~/up/sum', sha256: '0'.repeat(64) }, Buffer.from('x')),
    ).rejects.toMatchObject({ code: 'checksum_mismatch' });
    await expect.poll(async () => (await files.list({ path: '~/up' })).entries).toEqual([]);
  });

  test('what has arrived of an upload is never taken for the whole, wherever it breaks off', async () => {
    const { files } = agent.connection;
    for (let time = 0; time < 100; time++) {
      const stop = new AbortController();
      const isAborted = time % 2 === 0;
      async function* broken() {
        if (time % 4 > 1) yield Buffer.from('half');
        if (!isAborted) throw new Error('the source failed');
        setImmediate(() => stop.abort());
        await new Promise((_, reject) =>
          stop.signal.addEventListener('abort', () => reject(stop.signal.reason)),
        );
      }
      const call = files.upload({ path: `~/parts/${time}` }, broken(), { signal: stop.signal });
      await expect(call, String(time)).rejects.toThrow();
    }
    await expect.poll(async () => (await files.list({ path: '~/parts' })).entries).toEqual([]);
  });

  test('of several writes of one state of a file only one is made', async () => {
    const { files } = agent.connection;
    for (let round = 0; round < 5; round++) {
      const { etag } = await files.write({ path: '~/raced', content: `before ${round}` });
      const writes = Array.from({ length: 8 }, (_, at) =>
        files.upload({ path: '~/raced', if_match: etag }, Buffer.from(`writer ${at}`)),
      );
      const outcomes = await Promise.allSettled(writes);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    }
  });

  test('a part of a file, a folder as a tar, and a file that may not be read', async () => {
    await writeFile(at('digits'), '0123456789');
    const { files } = agent.connection;
    const { body, size } = await files.download({ path: '~/digits', offset: 3, limit: 4 });
    const parts = [];
    for await (const part of body) parts.push(part);
    expect([size, Buffer.concat(parts).toString()]).toEqual([4, '3456']);
    let tar = 0;
    for await (const part of await files.archive({ path: '~/' })) tar += part.length;
    expect(tar % 512).toBe(0);
    expect(tar).toBeGreaterThan(1_024);
    if (process.getuid?.() === 0) return;
    await chmod(at('digits'), 0);
    await expect(files.download({ path: '~/digits' })).rejects.toMatchObject({ code: 'permission_denied' });
  });
});

describe('an archive of a folder that cannot be read whole', () => {
  // Root reads everything.
  const isRoot = process.getuid?.() === 0;
  let other: TestAgent;
  beforeAll(async () => {
    other = await startTestAgent(isRoot ? { uid: 54_321 } : {});
  });
  afterAll(() => other.stop());
  const archived = async (path: string) => {
    let size = 0;
    for await (const part of await other.connection.files.archive({ path })) size += part.length;
    return size;
  };

  test.each([
    ['a file', 'small', 'secret', 3],
    ['a folder', 'with-folder', 'sub', 3],
    // The answer has begun when it comes to light.
    ['a file of a large one', 'large', 'secret', 2 * 1024 * 1024],
  ])('names %s', async (_, folder, name, size) => {
    const place = join(other.home, folder, name);
    await mkdir(join(other.home, folder), { recursive: true });
    await writeFile(join(other.home, folder, 'readable'), Buffer.alloc(size));
    if (name === 'sub') await mkdir(place);
    else await writeFile(place, 'x');
    await chmod(place, 0);
    await expect(archived(`~/${folder}`)).rejects.toMatchObject({
      code: 'permission_denied',
      path: place,
      message: expect.stringMatching(/may not read .*chmod/),
    });
    await chmod(place, 0o755);
    expect(await archived(`~/${folder}`)).toBeGreaterThan(size);
  });
});
