import { randomUUID } from 'node:crypto';
import { templateExampleSchema } from '@coder/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure } from '../testing/index.ts';
import { simpleManifest, templatesHarness } from './testing/harness.ts';

let h: Awaited<ReturnType<typeof templatesHarness>>;
beforeAll(async () => {
  h = await templatesHarness();
});
afterAll(() => h[Symbol.asyncDispose]());

let made = 0;
async function template() {
  made += 1;
  const name = `web-${made}`;
  const { id: one } = await h.pushed(simpleManifest(), { name: 'one' });
  const { id } = await h.templates.create(h.owner, 'default', { name, template_version_id: one });
  h.clock.advance(1_000);
  const { id: two } = await h.pushed(simpleManifest(), { name: 'two', template_id: id });
  h.clock.advance(1_000);
  const { id: broken } = await h.pushed('name: [', { name: 'broken', template_id: id });
  return { id, name, one, two, broken };
}

/** A workspace that was last built with a version. */
async function workspaceOf({ id }: { id: string }, versionId: string): Promise<string> {
  const [workspaceId, jobId, now] = [randomUUID(), randomUUID(), h.clock.now()];
  const times = { created_at: now, updated_at: now };
  const { db, owner, organizationId } = h;
  const version = await db
    .selectFrom('template_versions')
    .select('file_id')
    .where('id', '=', versionId)
    .executeTakeFirstOrThrow();
  await db
    .insertInto('provisioner_jobs')
    .values({
      id: jobId,
      type: 'workspace_build',
      status: 'succeeded',
      organization_id: organizationId,
      initiator_id: owner.user.id,
      file_id: version.file_id,
      ...times,
    })
    .execute();
  await db
    .insertInto('workspaces')
    .values({
      id: workspaceId,
      owner_id: owner.user.id,
      organization_id: organizationId,
      template_id: id,
      name: `w-${made}`,
      last_used_at: now,
      ...times,
    })
    .execute();
  await db
    .insertInto('workspace_builds')
    .values({
      id: randomUUID(),
      workspace_id: workspaceId,
      build_number: 1,
      template_version_id: versionId,
      transition: 'start',
      reason: 'initiator',
      initiator_id: owner.user.id,
      job_id: jobId,
      ...times,
    })
    .execute();
  return workspaceId;
}

describe('archiving', () => {
  it('puts away one version that nobody needs, and brings it back', async () => {
    const { id, one, two, broken } = await template();
    expect(await h.upkeep.archive(h.owner, two)).toBe('two');
    expect(await h.versions.get(h.owner, two)).toMatchObject({ archived: true });
    expect((await h.versions.list(h.owner, id, {})).map((each) => each.id)).toEqual([broken, one]);
    expect(await h.versions.list(h.owner, id, { include_archived: true })).toHaveLength(3);
    expect((await failure(h.upkeep.archive(h.owner, two))).message).toContain('archived already');
    const activated = await failure(h.templates.activate(h.owner, id, two));
    expect(activated.validations).toMatchObject([{ detail: 'is archived' }]);
    expect(await h.upkeep.unarchive(h.owner, two)).toBe('two');
    expect((await failure(h.upkeep.unarchive(h.owner, two))).code).toBe('BAD_REQUEST');
    await h.templates.activate(h.owner, id, two);
  });

  it('leaves what is active, and what a workspace was last built with', async () => {
    const found = await template();
    const { id, one, two, broken } = found;
    expect((await failure(h.upkeep.archive(h.owner, one))).message).toContain('in use');
    const workspace = await workspaceOf(found, two);
    expect((await failure(h.upkeep.archive(h.owner, two))).message).toContain('in use');
    expect(await h.upkeep.archiveUnused(h.owner, id, true)).toMatchObject({ archivedIds: [broken] });
    await h.db.updateTable('workspaces').set({ deleted: true }).where('id', '=', workspace).execute();
    expect(await h.upkeep.archiveUnused(h.owner, id, true)).toMatchObject({ archivedIds: [two] });
    expect(await h.upkeep.archiveUnused(h.owner, id, true)).toMatchObject({ archivedIds: [] });
  });

  it('by default takes only what could not be imported, and never what is being imported', async () => {
    const { id, name, broken } = await template();
    const file_id = await h.upload({ 'template.yaml': simpleManifest() });
    const waiting = await h.versions.create(h.owner, 'default', { file_id, template_id: id });
    expect(await h.upkeep.archiveUnused(h.owner, id, false)).toEqual({ name, archivedIds: [broken] });
    expect((await failure(h.upkeep.archive(h.owner, waiting.id))).message).toContain('in use');
    await h.importAll();
  });

  it('is not for members, nor for strangers', async () => {
    const { id, two } = await template();
    expect((await failure(h.upkeep.archive(h.member, two))).code).toBe('FORBIDDEN');
    expect((await failure(h.upkeep.archiveUnused(h.member, id, true))).code).toBe('FORBIDDEN');
    expect((await failure(h.upkeep.archive(h.stranger, two))).code).toBe('NOT_FOUND');
    expect((await failure(h.upkeep.archiveUnused(h.stranger, id, true))).code).toBe('NOT_FOUND');
    expect((await failure(h.upkeep.archiveUnused(h.owner, randomUUID(), true))).code).toBe('NOT_FOUND');
  });
});

describe('canceling an import', () => {
  it('ends one that waits, which then is not run', async () => {
    const { id } = await template();
    const file_id = await h.upload({ 'template.yaml': simpleManifest() });
    const version = await h.versions.create(h.owner, 'default', { file_id, template_id: id });
    expect((await failure(h.upkeep.cancel(h.member, version.id))).code).toBe('FORBIDDEN');
    await h.upkeep.cancel(h.owner, version.id);
    await h.importAll();
    expect((await h.versions.get(h.owner, version.id)).job).toMatchObject({
      status: 'canceled',
      canceled_at: expect.any(String),
    });
    expect(await failure(h.upkeep.cancel(h.owner, version.id))).toMatchObject({
      code: 'CONFLICT',
      detail: expect.stringContaining('Read the version'),
    });
    expect((await failure(h.versions.parameters(h.owner, version.id))).message).toContain('was canceled');
  });
});

describe('versions by name', () => {
  it('are found in any case, and so is the one before', async () => {
    const { name, one, two } = await template();
    const names = { organization: 'default', name: name.toUpperCase(), version: 'TWO' };
    expect(await h.upkeep.byNames(h.member, names)).toMatchObject({ id: two });
    expect(await h.upkeep.previous(h.member, names)).toMatchObject({ id: one });
    const first = await failure(h.upkeep.previous(h.member, { ...names, version: 'one' }));
    expect(first).toMatchObject({
      code: 'NOT_FOUND',
      message: 'No previous template version found for "one".',
      detail: expect.stringContaining('oldest'),
    });
  });

  it('say the same of a template that is not there and of one that is hidden', async () => {
    const { name } = await template();
    const ask = (actor: typeof h.owner, wanted: string) =>
      failure(h.upkeep.byNames(actor, { organization: 'default', name: wanted, version: 'one' }));
    expect((await ask(h.member, 'none')).message).toBe('There is no template "none" that you can see.');
    const nowhere = { ...h.member, key: { ...h.member.key, allowList: [`template:${randomUUID()}`] } };
    expect((await ask(nowhere, name)).message).toBe(`There is no template "${name}" that you can see.`);
    const none = { organization: 'default', name, version: 'none' };
    expect((await failure(h.upkeep.byNames(h.member, none))).message).toContain('no version "none"');
  });
});

it('offers the starter templates with what people read of them', async () => {
  const examples = await h.upkeep.examples(h.member, 'default');
  for (const example of examples) templateExampleSchema.parse(example);
  expect((await failure(h.upkeep.examples(h.stranger, 'default'))).code).toBe('NOT_FOUND');
  expect(examples.map(({ id }) => id)).toEqual(['local', 'node', 'python']);
  expect(examples[1]).toMatchObject({
    name: 'Node.js',
    tags: ['local'],
    markdown: expect.stringMatching(/^# Node/),
  });
});
