import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDashboard } from './index.ts';

let folder: string;
let directory: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
  directory = join(folder, 'dist');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function build(html = '<meta name="csp-nonce" content="__CSP_NONCE__"><p>one'): void {
  mkdirSync(join(directory, 'assets'), { recursive: true });
  writeFileSync(join(directory, 'index.html'), html);
  writeFileSync(join(directory, 'assets/index-abc123.js'), 'console.log(1)');
  writeFileSync(join(directory, 'assets/index-abc123.js.br'), brotliCompressSync('console.log(1)'));
  writeFileSync(join(folder, 'secret.txt'), 'secret');
}

test('every page is the document, and only pages are', async () => {
  build();
  const app = createDashboard({ directory });
  for (const path of [
    '/',
    '/login?redirect=/workspaces',
    '/workspaces',
    '/workspaces/',
    '/workspaces/ada/demo',
    '/oauth2/interaction/x_1-y',
    '/device?user_code=ABCD-EFGH',
    '/settings/tokens',
    '/settings/applications',
    '/settings/approvals',
    '/approvals',
    '/approvals/5b6f6a10-1f0e-4a39-9c5b-0a6a4f6f7d11',
    '/admin/oauth2',
    '/people?organization=coder',
    '/audit',
  ]) {
    const answer = await app.request(path);
    expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
      path,
      200,
      'text/html; charset=utf-8',
    ]);
    expect(await answer.text()).toContain('<p>one');
  }
  for (const path of [
    '/api/v2/x',
    '/oauth2/authorize',
    '/oauth2/tokens',
    '/@ada/demo/apps/x/',
    '/workspaces/a/b/c',
    '/x',
  ]) {
    expect([path, (await app.request(path)).status]).toEqual([path, 404]);
  }
  expect((await app.request('/login', { method: 'POST' })).status).toBe(404);
});

test('a page cannot be framed, and runs no script but ours', async () => {
  build();
  const answer = await createDashboard({ directory }).request('/login');
  const policy = answer.headers.get('content-security-policy') ?? '';
  for (const rule of [
    "default-src 'self'",
    "script-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ]) {
    expect(policy.split('; ')).toContain(rule);
  }
  expect(policy).not.toContain('unsafe');
  expect(answer.headers.get('x-frame-options')).toBe('DENY');
  expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  expect(answer.headers.get('cache-control')).toBe('no-store');
});

test('each answer has a nonce of its own, the same in its policy and its document', async () => {
  build();
  const app = createDashboard({ directory });
  const nonces = new Set<string>();
  for (const _ of [1, 2]) {
    const answer = await app.request('/login');
    const nonce = /content="([\w-]{22})"/.exec(await answer.text())?.[1] ?? '';
    expect(answer.headers.get('content-security-policy')).toContain(`'nonce-${nonce}'`);
    nonces.add(nonce);
  }
  expect(nonces.size).toBe(2);
});

test('files are kept by browsers for good, and sent compressed where they can be', async () => {
  build();
  const app = createDashboard({ directory });
  const plain = await app.request('/assets/index-abc123.js');
  expect(await plain.text()).toBe('console.log(1)');
  expect(plain.headers.get('content-type')).toContain('text/javascript');
  expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  const small = await app.request('/assets/index-abc123.js', { headers: { 'accept-encoding': 'gzip, br' } });
  expect(small.headers.get('content-encoding')).toBe('br');
  expect(small.headers.get('vary')).toContain('Accept-Encoding');
});

test('nothing beside the files of the dashboard is served', async () => {
  build();
  const app = createDashboard({ directory });
  for (const path of [
    '/assets/missing.js',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/assets/..\\..\\secret.txt',
    '/secret.txt',
  ]) {
    const answer = await app.request(path);
    expect([path, answer.status]).toEqual([path, 404]);
  }
});

test('without a build a page says how to make one, and shows it once it is there', async () => {
  const app = createDashboard({ directory });
  const missing = await app.request('/workspaces');
  expect(missing.status).toBe(503);
  expect(await missing.text()).toContain('npm run build --workspace packages/dashboard');
  expect((await app.request('/assets/index-abc123.js')).status).toBe(404);
  build();
  expect(await (await app.request('/workspaces')).text()).toContain('<p>one');
  expect((await app.request('/assets/index-abc123.js')).status).toBe(200);
  build('<p>two, and longer');
  expect(await (await app.request('/workspaces')).text()).toContain('<p>two');
});
