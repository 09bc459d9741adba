import { randomUUID } from 'node:crypto';
import { templateVersionSchema } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { importTemplateVersion } from './import-version.ts';
import { loadBuildableVersion } from './load-version.ts';
import { simpleManifest, templatesHarness } from './testing/harness.ts';
import { randomVersionName } from './version-name.ts';

describe('template versions', () => {
  it('are imported from an upload: manifest, readme, parameters, presets and log', async () => {
    await using h = await templatesHarness();
    const file_id = await h.upload({ 'template.yaml': simpleManifest(), 'README.md': '# Web' });
    const created = await h.versions.create(h.owner, 'coder', {
      file_id,
      message: 'first',
      provisioner: 'terraform',
    });
    expect(templateVersionSchema.parse(created)).toMatchObject({
      message: 'first',
      readme: '',
      job: {
        status: 'pending',
        queue_position: 1,
        queue_size: 1,
        input: { template_version_id: created.id },
      },
      created_by: { username: 'ada' },
    });
    expect(created.name).toMatch(/^[a-z]+_[a-z]+\d$/);
    await expect(h.versions.parameters(h.owner, created.id)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('is still being imported'),
    });

    await h.importAll();
    const version = await h.versions.get(h.owner, created.id);
    expect(version).toMatchObject({ readme: '# Web', job: { status: 'succeeded', queue_position: 0 } });
    expect(await h.versions.parameters(h.owner, created.id)).toEqual([
      expect.objectContaining({
        name: 'cpus',
        type: 'number',
        form_type: 'input',
        default_value: '2',
        required: false,
        description_plaintext: 'How many cores',
        validation_min: 1,
        validation_max: 4,
      }),
      expect.objectContaining({
        name: 'project',
        type: 'string',
        default_value: '',
        required: true,
        mutable: false,
      }),
    ]);
    expect(await h.versions.presets(h.owner, created.id)).toEqual([
      expect.objectContaining({
        Name: 'Small',
        Default: true,
        Description: 'One core',
        Parameters: [{ Name: 'cpus', Value: '1' }],
      }),
    ]);
    const buildable = await loadBuildableVersion(h.db, created.id);
    expect(buildable).toMatchObject({
      templateId: null,
      fileId: file_id,
      manifest: { name: 'web' },
      presets: [{ name: 'Small' }],
    });
    const lines = await h.versions.logs(h.owner, created.id, {});
    expect(lines.map(({ output }) => output)).toContain('The template "web" is sound.');
  });

  it.each(['"x\\0y": 1', 'agent: { env: { "A\\0B": z } }', '"\\ud800": 1'])(
    'fail at once where the manifest holds what cannot be stored: %s',
    async (line) => {
      await using h = await templatesHarness();
      const { job } = await h.pushed(`name: web\nruntime:\n  local: {}\n${line}\n`);
      expect(job).toMatchObject({
        status: 'failed',
        error: expect.stringMatching(/^template\.yaml:4:\d+: .*(NUL|U\+D800)/),
      });
    },
  );

  it('fail with every problem, its file, line and column, and are of no use then', async () => {
    await using h = await templatesHarness();
    const version = await h.pushed('name: web\nruntime:\n  local: { cpu: 2, memory: lots }\n');
    expect(version.job.status).toBe('failed');
    expect(version.job.error).toBe(
      [
        'template.yaml:3:12: runtime.local.cpu: is not a known key. Did you mean "cpus"?',
        'template.yaml:3:28: runtime.local.memory: must be a size with its unit, such as "512MiB" or "2GiB"',
      ].join('\n'),
    );
    const errors = (await h.versions.logs(h.owner, version.id, {})).filter(
      (line) => line.log_level === 'error',
    );
    expect(errors.map(({ output }) => output).join('\n')).toBe(version.job.error);
    await expect(
      h.templates.create(h.owner, 'default', { name: 'web', template_version_id: version.id }),
    ).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      validations: [{ field: 'template_version_id', detail: expect.stringContaining('template.yaml:3:12') }],
    });
    await expect(loadBuildableVersion(h.db, version.id)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it.each([
    [{ 'web/template.yaml': 'x' }, 'has its template.yaml at web/template.yaml'],
    [{ 'template.yml': 'x' }, 'Rename template.yml to template.yaml.'],
    [{ 'main.tf': 'x' }, 'Terraform templates are not available in this version.'],
    [{ 'a.txt': 'x' }, 'The archive has no template.yaml at its root.'],
    [
      { 'template.yaml': simpleManifest('readme: docs/x.md') },
      'readme: names docs/x.md, which is not in the archive',
    ],
    [
      { 'template.yaml': simpleManifest(), 'README.md': 'x'.repeat(300_000) },
      'README.md: must be at most 256 KiB long',
    ],
  ])('say what is wrong with the archive %#', async (content, message) => {
    await using h = await templatesHarness();
    const { id } = await h.versions.create(h.owner, 'default', {
      file_id: await h.upload(content as unknown as Record<string, string>),
    });
    await h.importAll();
    const { job } = await h.versions.get(h.owner, id);
    expect(job).toMatchObject({ status: 'failed', error: expect.stringContaining(message) });
  });

  it('fail when this server cannot give their runtime', async () => {
    await using h = await templatesHarness();
    h.breakRuntime('Install bubblewrap.');
    const { job } = await h.pushed(simpleManifest());
    expect(job.error).toBe('This server cannot run the local runtime: Install bubblewrap.');
  });

  it('take a readme from where the manifest says it is', async () => {
    await using h = await templatesHarness();
    const file_id = await h.upload({
      'template.yaml': simpleManifest('readme: docs/web.md'),
      'docs/web.md': 'Hello',
    });
    const { id } = await h.versions.create(h.owner, 'default', { file_id });
    await h.importAll();
    expect(await h.versions.get(h.owner, id)).toMatchObject({
      readme: 'Hello',
      job: { status: 'succeeded' },
    });
  });

  it('end the same when an import runs twice, at once or again', async () => {
    await using h = await templatesHarness();
    const file_id = await h.upload({ 'template.yaml': simpleManifest() });
    const { id } = await h.versions.create(h.owner, 'default', { file_id });
    const jobId = h.queued[0]!;
    await Promise.all([importTemplateVersion(h, jobId), importTemplateVersion(h, jobId)]);
    await importTemplateVersion(h, jobId);
    expect((await h.versions.get(h.owner, id)).job.status).toBe('succeeded');
    expect(await h.versions.presets(h.owner, id)).toHaveLength(1);
    await importTemplateVersion(h, randomUUID());
  });

  it('are made of a starter template by its id', async () => {
    await using h = await templatesHarness();
    const { id } = await h.versions.create(h.owner, 'default', { example_id: 'node' });
    await h.importAll();
    expect((await h.versions.get(h.owner, id)).job).toMatchObject({ status: 'succeeded' });
    await expect(h.versions.create(h.owner, 'default', { example_id: 'nod' })).rejects.toMatchObject({
      validations: [{ field: 'example_id', detail: 'names no starter template. Did you mean "node"?' }],
    });
  });

  it('are made once for one idempotency key, however often and at once it is asked', async () => {
    await using h = await templatesHarness();
    const file_id = await h.upload({ 'template.yaml': simpleManifest() });
    const create = (key: string, request: object = {}) =>
      h.versions.create(h.owner, 'default', { file_id, ...request }, key);
    const made = await Promise.all([1, 2, 3].map(() => create('one')));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await create('one')).toMatchObject({ id: made[0]?.id });
    await expect(create('one', { message: 'other' })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await create('two')).id).not.toBe(made[0]?.id);
    await expect(h.versions.create(h.member, 'default', { file_id }, 'one')).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await h.db.selectFrom('template_versions').select('id').execute()).toHaveLength(2);
  });

  it('tell everything that is wrong with a request at once, and make nothing of it', async () => {
    await using h = await templatesHarness();
    const request = {
      template_id: randomUUID(),
      file_id: randomUUID(),
      provisioner: 'echo',
      tags: { cluster: 'x' },
      user_variable_values: [{ name: 'a', value: 'b' }],
    };
    const error = await h.versions.create(h.owner, 'default', request).catch((e: unknown) => e);
    expect((error as { validations: { field: string }[] }).validations.map(({ field }) => field)).toEqual([
      'template_id',
      'provisioner',
      'tags',
      'user_variable_values',
      'file_id',
    ]);
    await expect(h.versions.create(h.owner, 'default', {})).rejects.toMatchObject({
      validations: [{ field: 'file_id' }],
    });
    expect(await h.db.selectFrom('provisioner_jobs').selectAll().execute()).toEqual([]);
  });

  it('are made by those who manage templates only, and not of a file of somebody else', async () => {
    await using h = await templatesHarness();
    const file_id = await h.upload({ 'template.yaml': simpleManifest() });
    await expect(h.versions.create(h.member, 'default', { file_id })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await expect(h.versions.create(h.stranger, 'default', { file_id })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    const { id } = await h.versions.create(h.owner, 'default', { file_id });
    await expect(h.versions.get(h.stranger, id)).rejects.toMatchObject({ status: 404 });
  });

  it('have names that differ within a template, and can be renamed', async () => {
    await using h = await templatesHarness();
    const first = await h.pushed(simpleManifest(), { name: 'v1' });
    const template = await h.templates.create(h.owner, 'default', {
      name: 'web',
      template_version_id: first.id,
    });
    await expect(h.pushed(simpleManifest(), { name: 'V1', template_id: template.id })).rejects.toMatchObject({
      code: 'CONFLICT',
      validations: [{ field: 'name' }],
    });
    h.clock.advance(1_000);
    const second = await h.pushed(simpleManifest(), { name: 'v2', template_id: template.id });
    await expect(h.versions.update(h.owner, second.id, { name: 'v1' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    expect((await h.versions.update(h.owner, second.id, { name: 'v3', message: 'hi' })).after).toMatchObject({
      name: 'v3',
      message: 'hi',
    });
    await expect(h.versions.update(h.member, second.id, { name: 'v4' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    expect((await h.versions.getByName(h.member, template.id, 'V3')).id).toBe(second.id);
    await expect(h.versions.getByName(h.member, template.id, 'v2')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });

    const names = async (page: object) =>
      (await h.versions.list(h.member, template.id, page)).map(({ name }) => name);
    expect(await names({})).toEqual(['v3', 'v1']);
    expect(await names({ limit: 1 })).toEqual(['v3']);
    expect(await names({ offset: 1 })).toEqual(['v1']);
    expect(await names({ after_id: second.id })).toEqual(['v1']);
  });

  it('let a reader wait for the log of an import that has yet to begin', async () => {
    await using h = await templatesHarness();
    const file_id = await h.upload({ 'template.yaml': simpleManifest() });
    const { id } = await h.versions.create(h.owner, 'default', { file_id });
    const waiting = h.versions.logs(h.owner, id, { after: 0, wait_ms: 30_000 });
    await h.importAll();
    const lines = await waiting;
    expect(lines.length).toBeGreaterThan(0);
    const last = (await h.versions.logs(h.owner, id, {})).at(-1)!;
    expect(await h.versions.logs(h.owner, id, { after: last.id, wait_ms: 30_000 })).toEqual([]);
    expect(await h.versions.logs(h.owner, id, { before: last.id, limit: 1 })).toHaveLength(1);
  });
});

it('names versions as upstream does', () => {
  for (let i = 0; i < 50; i++) expect(randomVersionName()).toMatch(/^[a-z]+_[a-z]+[1-9]$/);
});
