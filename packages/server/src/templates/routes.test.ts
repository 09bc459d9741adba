import { createApiClient, type EvaluatedParameters } from '@coder/api';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  createHealth,
  createHttpApp,
  createHttpServer,
  createRawRoutes,
  createUpgrades,
} from '../http/index.ts';
import { createNoopLogger, testAccessUrl, testApi, testUser } from '../testing/index.ts';
import { packTar } from './archive/pack-tar.ts';
import { serveTemplateStreams } from './raw-routes.ts';
import { templateRoutes, templateVersionRoutes } from './routes.ts';
import { simpleManifest, templatesHarness } from './testing/harness.ts';
import { templatePlanRoutes, templateUpkeepRoutes, versionUpkeepRoutes } from './upkeep-routes.ts';

/** The routes behind the real pipeline on a real socket. */
async function served() {
  const h = await templatesHarness();
  const router = () => ({
    templates: { ...templateRoutes(h), ...templateUpkeepRoutes(h) },
    templateVersions: { ...templateVersionRoutes(h), ...versionUpkeepRoutes(h), ...templatePlanRoutes(h) },
  });
  const api = await testApi({ database: h.database, router });
  const log = createNoopLogger();
  const trustedProxies = { headers: [], origins: [] };
  const app = createHttpApp({ log, health: createHealth({ check: async () => undefined }), trustedProxies });
  const upgrades = createUpgrades({ log, trustedProxies });
  const raw = createRawRoutes({
    app,
    upgrades,
    pipeline: api.pipeline,
    accessUrl: testAccessUrl,
    log,
    whileGood: api.identity.whileGood,
    stopping: new AbortController().signal,
  });
  serveTemplateStreams(raw, h);
  raw.mountApi(api.handler);
  const http = await createHttpServer({
    fetch: (request, bindings) => app.fetch(request, bindings),
    address: { host: '127.0.0.1', port: 0 },
    upgrades,
    version: 'v0.0.0-test',
    log,
  });
  const { token } = await testUser(h.db, { roles: ['owner'] });
  return {
    ...h,
    token,
    url: http.url,
    client: createApiClient({ url: http.url, token }),
    flushAudit: () => api.audit.flush(),
    async [Symbol.asyncDispose]() {
      await http.close(0);
      await api[Symbol.asyncDispose]();
      await h[Symbol.asyncDispose]();
    },
  };
}

it('takes a template from its upload to its deletion', async () => {
  await using s = await served();
  const body = await packTar([{ path: 'template.yaml', content: simpleManifest() }]);
  const upload = () =>
    s.client.raw('/files', {
      method: 'POST',
      headers: { 'content-type': 'application/x-tar' },
      body: new Uint8Array(body),
    });
  const first = await upload();
  expect(first.status).toBe(201);
  const { hash: file_id } = (await first.json()) as { hash: string };
  const second = await upload();
  expect([second.status, await second.json()]).toEqual([200, { hash: file_id }]);
  const download = await s.client.raw(`/files/${file_id}`);
  expect(download.headers.get('content-type')).toBe('application/x-tar');
  expect(body.equals(Buffer.from(await download.arrayBuffer()))).toBe(true);

  const version = await s.client.templateVersions.create({ organization: 'default', file_id });
  const outputs: string[] = [];
  const socket = new WebSocket(
    `${s.url.replace('http', 'ws')}/api/v2/templateversions/${version.id}/logs?follow=true`,
    {
      headers: { 'Coder-Session-Token': s.token },
    },
  );
  socket.on('message', (data) => outputs.push(JSON.parse(String(data)).output));
  const closed = new Promise<number>((resolve, reject) => {
    socket.on('close', resolve);
    socket.on('error', reject);
  });
  await s.importAll();
  expect(await closed).toBe(1000);
  expect(outputs.at(-1)).toBe('The template "web" is sound.');

  const template = await s.client.templates.create({
    organization: 'default',
    name: 'web',
    template_version_id: version.id,
  });
  expect((await s.client.templates.list({ q: 'name:web' })).map(({ id }) => id)).toEqual([template.id]);
  expect(await s.client.templates.list({ offset: 1 })).toEqual([]);
  await expect(s.client.templates.list({ limit: 1_001 })).rejects.toMatchObject({
    validations: [{ field: 'limit' }],
  });
  expect(await s.client.templateVersions.presets({ version: version.id })).toMatchObject([{ Name: 'Small' }]);
  expect(await s.client.templates.update({ template: template.id, description: 'New' })).toMatchObject({
    description: 'New',
  });
  const activated = await s.client.templates.activateVersion({ template: template.id, id: version.id });
  expect(activated.message).toContain('is now the active version of "web"');
  expect(await s.client.templates.delete({ template: template.id })).toEqual({
    message: 'The template "web" has been deleted.',
  });
});

it('fills in a form over a WebSocket, answering the newest question by its id', async () => {
  await using s = await served();
  const { id } = await s.pushed(simpleManifest());
  const address = `${s.url.replace('http', 'ws')}/api/v2/templateversions/${id}/dynamic-parameters`;
  const socket = new WebSocket(address, { headers: { 'Coder-Session-Token': s.token } });
  const answers: EvaluatedParameters[] = [];
  socket.on('message', (data) => answers.push(JSON.parse(String(data))));
  await expect.poll(() => answers.length).toBe(1);
  expect(answers[0]).toMatchObject({ id: -1, parameters: [{ name: 'cpus', value: { value: '2' } }, {}] });
  for (const cpus of ['3', '4', '9']) socket.send(JSON.stringify({ id: Number(cpus), inputs: { cpus } }));
  await expect.poll(() => answers.at(-1)?.id).toBe(9);
  expect(answers.at(-1)?.parameters[0]).toMatchObject({ value: { value: '9', valid: false } });
  expect(answers.length).toBeLessThan(4);
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  socket.send('no question');
  expect(await closed).toBe(1003);
});

it('writes down who has archived, canceled and tried what', async () => {
  await using s = await served();
  const one = await s.pushed(simpleManifest(), { name: 'one' });
  const template = await s.client.templates.create({
    organization: 'default',
    name: 'web',
    template_version_id: one.id,
  });
  const two = await s.pushed(simpleManifest(), { name: 'two', template_id: template.id });
  await s.client.templateVersions.archive({ version: two.id });
  await s.client.templateVersions.unarchive({ version: two.id });
  await s.client.templates.archiveVersions({ template: template.id, all: true });
  const values = [{ name: 'project', value: 'x' }];
  await s.client.templateVersions.update({ version: two.id, name: 'three', message: 'Why' });
  const dryRun = await s.client.templateVersions.createDryRun({
    version: one.id,
    rich_parameter_values: values,
  });
  await s.flushAudit();
  const rows = await s.db
    .selectFrom('audit_logs')
    .select(['action', 'resource_type', 'resource_id', 'resource_target', 'diff', 'additional_fields'])
    .where('status_code', '<', 400)
    .orderBy('time')
    .execute();
  expect(rows.slice(-5)).toMatchObject([
    { resource_type: 'template_version', resource_target: 'two', diff: { archived: { new: true } } },
    { resource_type: 'template_version', resource_target: 'two', diff: { archived: { new: false } } },
    { resource_type: 'template', resource_target: 'web', additional_fields: { archived: [two.id] } },
    {
      resource_target: 'three',
      diff: { name: { old: 'two', new: 'three' }, message: { old: '', new: 'Why' } },
    },
    {
      resource_type: 'template_version_dry_run',
      action: 'create',
      resource_id: dryRun.id,
      additional_fields: { template_version_id: one.id },
    },
  ]);
});

it('refuses uploads that are too large or no archives, and ids that are none', async () => {
  await using s = await served();
  const post = (body: Uint8Array<ArrayBuffer>, type: string) =>
    s.client
      .raw('/files', { method: 'POST', headers: { 'content-type': type }, body })
      .catch((error: unknown) => error);
  expect(await post(new Uint8Array(10 * 1024 * 1024 + 1), 'application/x-tar')).toMatchObject({
    status: 413,
  });
  expect(await post(new Uint8Array(100), 'application/json')).toMatchObject({
    status: 400,
    validations: [{ field: 'Content-Type' }],
  });
  expect(await post(new Uint8Array(100), 'application/zip')).toMatchObject({
    status: 400,
    validations: [{ field: 'file' }],
  });
  await expect(s.client.raw('/files/nope')).rejects.toMatchObject({ status: 400 });
  await expect(createApiClient({ url: s.url }).templates.list({})).rejects.toMatchObject({ status: 401 });
});
