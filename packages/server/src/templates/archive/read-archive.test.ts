import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rawTar, rawZip } from '../testing/archives.ts';
import { packTar } from './pack-tar.ts';
import { readArchive } from './read-archive.ts';
import { ArchiveError } from './rules.ts';

const tar = 'application/x-tar';
const zip = 'application/zip';
const small = { maxEntries: 10, maxBytes: 1024 * 1024 };

describe('readArchive', () => {
  it.each([
    [
      tar,
      () =>
        rawTar([
          { name: './', type: 'directory' },
          { name: './template.yaml', content: 'a: 1' },
          { name: 'sub', type: 'directory' },
          { name: 'sub/x.txt', content: 'x' },
        ]),
    ],
    [
      zip,
      async () =>
        rawZip([
          { name: 'template.yaml', content: 'a: 1' },
          { name: 'sub/', mode: 0o040755 },
          { name: 'sub/x.txt', content: 'x' },
        ]),
    ],
  ])('lists a %s and keeps what is wanted', async (type, make) => {
    const archive = await readArchive(await make(), type, { wanted: ['template.yaml', 'none'] });
    expect(archive.paths).toEqual(['template.yaml', 'sub/x.txt']);
    expect([...archive.contents].map(([path, content]) => [path, content.toString()])).toEqual([
      ['template.yaml', 'a: 1'],
    ]);
  });

  it.each([
    [{ name: '/etc/passwd' }, 'The entry "/etc/passwd" has an absolute path.'],
    [{ name: '../evil' }, 'The entry "../evil" leads out of the archive with "..".'],
    [{ name: 'a/../../evil' }, 'leads out of the archive'],
    [{ name: 'a//b' }, 'has an empty or "." part'],
    [{ name: 'a\\b' }, 'has a backslash'],
    [{ name: 'a\nb' }, 'has a control character'],
    [{ name: `${'x/'.repeat(400)}y` }, 'has a path of more than 512 bytes'],
    [
      { name: 'link', type: 'symlink', linkname: '/etc/passwd' },
      'The entry "link" is a link or a special file',
    ],
    [{ name: 'hard', type: 'link', linkname: 'template.yaml' }, 'is a link or a special file'],
    [{ name: 'pipe', type: 'fifo' }, 'is a link or a special file'],
    [{ name: 'dev', type: 'character-device' }, 'is a link or a special file'],
    [{ name: 'a' }, 'The entry "a" is in the archive more than once.'],
    [{ name: './a' }, 'is in the archive more than once'],
    [{ name: 'a/b' }, 'lies below "a", which is a file'],
  ] as const)('refuses a tar with %j', async (header, message) => {
    const data = await rawTar([{ name: 'a', content: 'x' }, header]);
    await expect(readArchive(data, tar)).rejects.toThrowError(message);
  });

  it.each([
    [{ name: '/etc/passwd' }, 'absolute path: /etc/passwd'],
    [{ name: '../evil' }, 'invalid relative path: ../evil'],
    [{ name: 'a\\b' }, 'a\\b'],
    [{ name: 'x\0y' }, 'has a control character'],
    [{ name: 'link', content: '/etc/passwd', mode: 0o120777 }, 'The entry "link" is a link'],
    [{ name: 'a' }, 'The entry "a" is in the archive more than once.'],
    [{ name: 'secret', flags: 0x801 }, 'The entry "secret" is encrypted'],
    [{ name: 'liar', content: 'x'.repeat(100), claimedSize: 10 }, 'not a valid zip archive'],
  ])('refuses a zip with %j', async (entry, message) => {
    const data = rawZip([{ name: 'a', content: 'x' }, entry]);
    await expect(readArchive(data, zip)).rejects.toThrowError(message);
  });

  it('stops at the limit of expanded bytes, long before a bomb is done', async () => {
    const bomb = rawZip([{ name: 'a', content: Buffer.alloc(64 * 1024 * 1024) }]);
    expect(bomb.length).toBeLessThan(100_000);
    await expect(readArchive(bomb, zip)).rejects.toThrowError('expands to more than 50 MiB');
    const many = rawZip(
      Array.from({ length: 10 }, (_, i) => ({ name: `f${i}`, content: Buffer.alloc(200_000) })),
    );
    await expect(readArchive(many, zip, { limits: small })).rejects.toThrowError(
      'expands to more than 1 MiB',
    );
    const tarred = await rawTar([{ name: 'a', content: Buffer.alloc(2 * 1024 * 1024) }]);
    await expect(readArchive(tarred, tar, { limits: small })).rejects.toThrowError(
      'expands to more than 1 MiB',
    );
  });

  it.each([tar, zip])('stops at the limit of entries of a %s', async (type) => {
    const names = Array.from({ length: 11 }, (_, i) => ({ name: `f${i}` }));
    const data = type === tar ? await rawTar(names) : rawZip(names);
    await expect(readArchive(data, type, { limits: small })).rejects.toThrowError('more than 10 entries');
  });

  it.each([tar, zip])('refuses what is no %s', async (type) => {
    await expect(readArchive(Buffer.alloc(0), type)).rejects.toThrowError(ArchiveError);
    await expect(readArchive(Buffer.from('hello'), type)).rejects.toThrowError(ArchiveError);
    await expect(readArchive(Buffer.alloc(2_000, 'x'), type)).rejects.toThrowError(ArchiveError);
  });

  it('refuses a tar that was cut short', async () => {
    const whole = await rawTar([{ name: 'a', content: Buffer.alloc(5_000) }]);
    await expect(readArchive(whole.subarray(0, 3_000), tar)).rejects.toThrowError(ArchiveError);
  });

  it('answers any damaged archive with its files or an ArchiveError', async () => {
    const whole = [
      {
        type: tar,
        data: await rawTar([
          { name: 'a/b', content: 'hello' },
          { name: 'c', content: 'x'.repeat(600) },
        ]),
      },
      {
        type: zip,
        data: rawZip([
          { name: 'a/b', content: 'hello' },
          { name: 'c', content: 'x'.repeat(600) },
        ]),
      },
    ];
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...whole), damage, async ({ type, data }, changes) => {
        const copy = Buffer.from(data);
        for (const [at, value] of changes) copy[at % copy.length] = value;
        const outcome = await readArchive(copy, type, { wanted: ['c'] }).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ArchiveError);
      }),
      { numRuns: 300 },
    );
  });
});

it('packs the same files into the same bytes', async () => {
  const files = [
    { path: 'b', content: '2' },
    { path: 'a', content: '1' },
  ];
  const packed = await packTar(files);
  expect(packed.equals(await packTar(files.toReversed()))).toBe(true);
  expect((await readArchive(packed, tar)).paths).toEqual(['a', 'b']);
});
