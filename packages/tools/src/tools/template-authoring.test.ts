import { ApiError, type TemplateVersion } from '@coder/api';
import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { call, inputsOf } from '../testing/call.ts';
import { fakeDeployment, type Overrides } from '../testing/fake-deployment.ts';
import { anOrganization, aTemplate, aVersion } from '../testing/fixtures.ts';

const fileId = 'e0000000-0000-4000-8000-000000000001';
const other = {
  ...anOrganization,
  id: 'a0000000-0000-4000-8000-000000000002',
  name: 'other',
  is_default: false,
};

/** A deployment that imports what it is given, in as many steps as a test says. */
function importing(states: Partial<TemplateVersion['job']>[], more: Overrides = {}) {
  let step = 0;
  const now = () => {
    const job = { ...aVersion.job, ...states[Math.min(step, states.length - 1)] };
    return { ...aVersion, job };
  };
  return fakeDeployment({
    'users.organizations': () => [anOrganization],
    'templateVersions.create': () => now(),
    'templateVersions.get': () => now(),
    'templateVersions.logs': ({ after = 0 }: { after?: number }) => {
      step += 1;
      return logLines.filter(({ id }) => id > after);
    },
    ...more,
  });
}
const at = '2026-01-02T03:04:05Z';
const logLines = [
  { id: 1, created_at: at, log_source: 'provisioner', log_level: 'info', stage: 'x', output: 'reading' },
];

describe('coder_upload_tar_file', () => {
  it('sends the files as a tar, the same for the same files, and gives their id twice', async () => {
    const sent: Buffer[] = [];
    const deployment = fakeDeployment(
      {},
      {
        'POST /files': async (request) => {
          expect(request.headers.get('content-type')).toBe('application/x-tar');
          sent.push(Buffer.from(await request.arrayBuffer()));
          return Response.json({ hash: fileId }, { status: 201 });
        },
      },
    );
    const files = { 'template.yaml': 'name: zwölf\n', 'docs/README.md': '' };
    const { json } = await call(deployment, 'coder_upload_tar_file', { files });
    expect(json).toEqual({ hash: fileId, file_id: fileId });
    await call(deployment, 'coder_upload_tar_file', {
      files: Object.fromEntries(Object.entries(files).reverse()),
    });
    expect(sent[1]).toEqual(sent[0]);
    const found: Record<string, string> = {};
    const archive = extract();
    archive.end(sent[0]);
    for await (const entry of archive) {
      let text = '';
      for await (const part of entry as AsyncIterable<Buffer>) text += part.toString();
      found[entry.header.name] = text;
      expect(entry.header.mode).toBe(0o644);
    }
    expect(found).toEqual(files);
  });

  it.each([[{}], [{ a: 5 }], [[]]])('refuses %j', async (files) => {
    expect((await call(fakeDeployment(), 'coder_upload_tar_file', { files })).isError).toBe(true);
  });

  it('says what the server says of an archive that it refuses', async () => {
    const refuse = () =>
      Response.json(new ApiError('VALIDATION_FAILED', { message: 'The upload was refused: x.' }).body(), {
        status: 400,
      });
    const deployment = fakeDeployment({}, { 'POST /files': refuse });
    const { text, isError } = await call(deployment, 'coder_upload_tar_file', { files: { '../x': 'y' } });
    expect(isError).toBe(true);
    expect(text).toContain('The upload was refused: x.');
  });
});

describe('coder_create_template_version', () => {
  it('waits for the import and says how to publish', async () => {
    const deployment = importing([{ status: 'running' }, { status: 'succeeded' }]);
    const { json } = await call(deployment, 'coder_create_template_version', { file_id: fileId });
    expect(json).toEqual({
      id: aVersion.id,
      name: 'v2',
      status: 'succeeded',
      note: expect.stringContaining(`coder_create_template (version_id "${aVersion.id}")`),
    });
    expect(inputsOf(deployment, 'templateVersions.create')).toEqual([
      { organization: anOrganization.id, file_id: fileId, message: 'Created by AI' },
    ]);
  });

  it('takes the organization of the template that it is of, whose name does', async () => {
    const deployment = importing([{ status: 'succeeded' }], { 'users.organizations': () => [] });
    const { json } = await call(deployment, 'coder_create_template_version', {
      hash: fileId,
      template: 'node',
    });
    expect(json.note).toContain('coder_update_template_active_version (template_id "node"');
    expect(inputsOf(deployment, 'templateVersions.create')).toMatchObject([
      { organization: aTemplate.organization_id, template_id: aTemplate.id },
    ]);
  });

  it('passes its idempotency key on, so that a repeated call makes no second version', async () => {
    const deployment = importing([{ status: 'succeeded' }]);
    const args = { file_id: fileId, idempotency_key: 'once' };
    await call(deployment, 'coder_create_template_version', args);
    expect(deployment.calls.find(({ route }) => route === 'templateVersions.create')?.key).toBe('once');
  });

  it('tells what is wrong with a manifest', async () => {
    const error = 'template.yaml:1:1: runtime: is missing';
    const deployment = importing([{ status: 'failed', error }]);
    const { json, isError } = await call(deployment, 'coder_create_template_version', { file_id: fileId });
    expect(isError).toBe(false);
    expect(json).toMatchObject({ status: 'failed', error, note: expect.stringContaining('Correct') });
  });

  it('does not wait when told so', async () => {
    const deployment = importing([{ status: 'pending' }]);
    const { json } = await call(deployment, 'coder_create_template_version', { file_id: fileId, wait_ms: 0 });
    expect(json).toMatchObject({ status: 'pending', note: expect.stringContaining('goes on') });
    expect(inputsOf(deployment, 'templateVersions.logs')).toEqual([]);
  });

  it('asks for the organization where there are several, and takes the one that is named', async () => {
    const deployment = importing([{ status: 'succeeded' }], {
      'users.organizations': () => [anOrganization, other],
    });
    const { text, isError } = await call(deployment, 'coder_create_template_version', { file_id: fileId });
    expect(isError).toBe(true);
    expect(text).toContain('several organizations: coder, other');
    expect(text).toContain('coder_list_organizations');
    expect(inputsOf(deployment, 'templateVersions.create')).toEqual([]);
    await call(deployment, 'coder_create_template_version', { file_id: fileId, organization: 'other' });
    expect(inputsOf(deployment, 'templateVersions.create')).toMatchObject([{ organization: 'other' }]);
  });
});

describe('coder_get_template_version_logs', () => {
  it('waits for the end and gives the lines', async () => {
    const deployment = importing([{ status: 'running' }, { status: 'failed', error: 'no runtime' }]);
    const args = { template_version_id: aVersion.id };
    const { text } = await call(deployment, 'coder_get_template_version_logs', args);
    expect(JSON.parse(text)).toEqual(['reading', '[the import failed: no runtime]']);
    const running = importing([{ status: 'running' }]);
    const { text: so } = await call(running, 'coder_get_template_version_logs', { ...args, wait_ms: 0 });
    expect(JSON.parse(so)).toEqual(['reading', '[the import is still running; go on with after 1]']);
  });
});

describe('publishing', () => {
  const templates: Overrides = {
    'templates.create': () => aTemplate,
    'templates.activateVersion': () => ({ message: 'ok' }),
    'templates.delete': () => ({ message: 'ok' }),
    'templates.versions': () => [aVersion],
    'templates.versionByName': ({ name }: { name: string }) => {
      if (name !== 'v2') throw new ApiError('NOT_FOUND');
      return aVersion;
    },
    'templateVersions.get': () => aVersion,
  };

  it('creates a template where its version is, with its icon', async () => {
    const deployment = fakeDeployment(templates);
    const { json } = await call(deployment, 'coder_create_template', {
      name: 'web',
      display_name: 'Web',
      description: '',
      icon: '/icon/x.svg',
      version_id: aVersion.id,
    });
    expect(json).toMatchObject({ name: 'node', id: aTemplate.id });
    expect(inputsOf(deployment, 'templates.create')).toEqual([
      {
        organization: aVersion.organization_id,
        name: 'web',
        template_version_id: aVersion.id,
        display_name: 'Web',
        icon: '/icon/x.svg',
      },
    ]);
  });

  it('activates a version by its name, and names those there are', async () => {
    const deployment = fakeDeployment(templates);
    const args = { template_id: 'node', template_version_id: 'v2' };
    const { text } = await call(deployment, 'coder_update_template_active_version', args);
    expect(text).toBe('"Successfully updated active version!"');
    expect(inputsOf(deployment, 'templates.activateVersion')).toEqual([
      { template: aTemplate.id, id: aVersion.id },
    ]);
    const wrong = { ...args, template_version_id: 'v3' };
    const refused = await call(deployment, 'coder_update_template_active_version', wrong);
    expect(refused.text).toContain('no version "v3". Newest: v2.');
  });

  it('deletes a template by its name', async () => {
    const deployment = fakeDeployment(templates);
    const { json } = await call(deployment, 'coder_delete_template', { template: 'node' });
    expect(json).toEqual({ message: 'Template deleted successfully.' });
    expect(inputsOf(deployment, 'templates.delete')).toEqual([{ template: aTemplate.id }]);
  });
});

describe('coder_list_organizations', () => {
  it('names them, and tells the default', async () => {
    const deployment = fakeDeployment({ 'users.organizations': () => [anOrganization, other] });
    const { text } = await call(deployment, 'coder_list_organizations', {});
    expect(JSON.parse(text)).toEqual([
      { name: 'coder', display_name: 'Coder', is_default: true, id: anOrganization.id },
      { name: 'other', display_name: 'Coder', id: other.id },
    ]);
  });
});

describe('coder_list_templates', () => {
  const elsewhere = { ...aTemplate, id: fileId, organization_id: other.id, organization_name: 'other' };

  it('names the organization where there are several, and keeps to one that is named', async () => {
    const deployment = fakeDeployment({
      'templates.list': () => [aTemplate, elsewhere],
      'templates.listInOrganization': () => [elsewhere],
    });
    const { text } = await call(deployment, 'coder_list_templates', {});
    expect(JSON.parse(text)).toMatchObject([{ organization: 'coder' }, { organization: 'other' }]);
    const { text: one } = await call(deployment, 'coder_list_templates', { organization: 'other' });
    expect(JSON.parse(one)).toHaveLength(1);
    const { text: both } = await call(deployment, 'coder_get_template', { template: 'node' });
    expect(both).toBe('Several templates are called "node". Write which: coder/node, other/node.');
  });
});
