import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { besideChange } from '../testing/index.ts';
import { packTar } from './archive/pack-tar.ts';
import { forgetUnusedFiles } from './forget-files.ts';
import { rawTar, rawZip } from './testing/archives.ts';
import { simpleManifest, templatesHarness } from './testing/harness.ts';

const tar = 'application/x-tar';

it('stores the same bytes of the same user once, and gives them back', async () => {
  await using h = await templatesHarness();
  const data = await packTar([{ path: 'a', content: 'x' }]);
  const first = await h.files.upload(h.owner, data, tar);
  expect(first.created).toBe(true);
  expect(await h.files.upload(h.owner, data, tar)).toEqual({ id: first.id, created: false });
  expect((await h.files.upload(h.member, data, tar)).id).not.toBe(first.id);
  const back = await h.files.download(h.owner, first.id);
  expect(back.mimetype).toBe(tar);
  expect(data.equals(back.data)).toBe(true);
});

it('stores it once even when it is uploaded many times at the same moment', async () => {
  await using h = await templatesHarness();
  const data = await packTar([{ path: 'a', content: 'x' }]);
  const all = await Promise.all(Array.from({ length: 8 }, () => h.files.upload(h.owner, data, tar)));
  expect(new Set(all.map(({ id }) => id)).size).toBe(1);
  expect(all.filter(({ created }) => created)).toHaveLength(1);
});

it('forgets after a day what no version is made of', async () => {
  await using h = await templatesHarness();
  const hour = 60 * 60_000;
  const archive = (content: string) => packTar([{ path: 'template.yaml', content }]);
  const used = await h.pushed(simpleManifest());
  const [unused, again] = [
    await h.files.upload(h.owner, await archive('old'), tar),
    await h.files.upload(h.owner, await archive('again'), tar),
  ];
  h.clock.advance(20 * hour);
  expect(await forgetUnusedFiles(h.db, h.clock.now())).toBe(0);
  expect(await h.files.upload(h.owner, await archive('again'), tar)).toEqual({
    id: again.id,
    created: false,
  });
  h.clock.advance(5 * hour);
  expect(await forgetUnusedFiles(h.db, h.clock.now())).toBe(1);
  await expect(h.files.download(h.owner, unused.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await h.files.isUsable(h.owner, again.id)).toBe(true);
  expect(await h.versions.get(h.owner, used.id)).toMatchObject({ job: { status: 'succeeded' } });
});

it('forgets no file that a version is being made of', async () => {
  await using h = await templatesHarness();
  const { id } = await h.files.upload(h.owner, await packTar([{ path: 'a', content: 'x' }]), tar);
  h.clock.advance(25 * 60 * 60_000);
  const making = {
    text: `insert into provisioner_jobs (id, type, status, organization_id, initiator_id, file_id, input, created_at, updated_at)
      values (gen_random_uuid(), 'template_version_import', 'pending', $1, $2, $3, '{}', now(), now())`,
    values: [h.organizationId, h.owner.user.id, id],
  };
  expect(await besideChange(h.database, making, () => forgetUnusedFiles(h.db, h.clock.now()))).toBe(0);
  expect(await h.files.isUsable(h.owner, id)).toBe(true);
});

it('keeps a file from other users, except from those who manage templates', async () => {
  await using h = await templatesHarness();
  const { id } = await h.files.upload(h.member, await packTar([{ path: 'a', content: 'x' }]), tar);
  await expect(h.files.download(h.stranger, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(h.files.download(h.owner, id)).resolves.toBeDefined();
  await expect(h.files.download(h.owner, randomUUID())).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('refuses what is no archive, with the reason', async () => {
  await using h = await templatesHarness();
  const refused = (data: Buffer, type: string) =>
    h.files.upload(h.owner, data, type).catch((error: unknown) => error);
  expect(await refused(Buffer.from('x'), 'text/plain')).toMatchObject({
    code: 'VALIDATION_FAILED',
    validations: [{ field: 'Content-Type', detail: 'must be application/x-tar or application/zip' }],
  });
  expect(await refused(Buffer.alloc(10 * 1024 * 1024 + 1), tar)).toMatchObject({ status: 413 });
  const link = await rawTar([{ name: 'x', type: 'symlink', linkname: '/etc/passwd' }]);
  expect(await refused(link, tar)).toMatchObject({
    validations: [{ field: 'file', detail: expect.stringContaining('The entry "x" is a link') }],
  });
  const bomb = rawZip([{ name: 'a', content: Buffer.alloc(64 * 1024 * 1024) }]);
  expect(await refused(bomb, 'application/zip')).toMatchObject({
    message: 'The upload was refused: The archive expands to more than 50 MiB.',
  });
  expect(await h.db.selectFrom('files').selectAll().execute()).toEqual([]);
});
