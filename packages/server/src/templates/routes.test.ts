import { createApiClient } from '@coder/api';
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

/** The routes behind the real pipeline on a real socket. */
async function served() {
  const h = await templatesHarness();
  const router = () => ({ templates: templateRoutes(h), templateVersions: templateVersionRoutes(h) });
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
