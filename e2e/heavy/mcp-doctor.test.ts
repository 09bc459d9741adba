import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildDashboard } from '../harness/browser.ts';
import { createDeployment, type Deployment } from '../harness/deployment.ts';
import { startProxy, type TestProxy } from '../harness/proxy.ts';
import { starter } from '../harness/templates.ts';
import { verifies } from '../requirements.ts';

let proxy: TestProxy;
let deployment: Deployment;

beforeAll(async () => {
  // The consent page is a part of it.
  buildDashboard();
  proxy = await startProxy();
  deployment = await createDeployment({ env: { CODER_ACCESS_URL: proxy.url } });
  proxy.target = deployment.url;
  // Nobody's document is fetched from the internet here.
  await deployment.client.oauth2Provider.updateSettings({ client_id_metadata_documents_enabled: false });
  await starter(deployment, 'local');
  const created = await deployment.coder(['create', 'web', '--template', 'local', '--yes']);
  if (created.code !== 0) throw new Error(created.stderr);
}, 90_000);

afterAll(async () => {
  await deployment?.[Symbol.asyncDispose]();
  await proxy?.[Symbol.asyncDispose]();
}, 60_000);

const doctor = (...args: string[]) =>
  deployment.coder(['exp', 'mcp', 'doctor', proxy.url, '--token', deployment.token, ...args]);
const lines = (output: string, sign: string) =>
  output.split('\n').flatMap((line) => (line.startsWith(`  ${sign} `) ? [line.slice(4)] : []));

test(verifies('mcp.doctor'), async () => {
  const { code, stdout, stderr } = await doctor();
  expect(stderr).toBe('');
  expect(lines(stdout, '✘')).toEqual([]);
  expect(lines(stdout, '-')).toEqual([]);
  expect(lines(stdout, '!')).toEqual([
    expect.stringMatching(/^address .*not https: claude\.ai connects from Anthropic's cloud/),
    expect.stringMatching(/^address .*not https: ChatGPT connects from OpenAI's cloud/),
  ]);
  expect(stdout).toContain('events of a stream arrive when they are sent');
  expect(stdout).toContain('calls coder_get_authenticated_user (2025-11-25 and 2026-07-28)');
  expect(code).toBe(0);
  expect((await deployment.client.oauth2Provider.listApps({})).apps).toEqual([]);
});

test(verifies('mcp.doctor-proxy'), async () => {
  proxy.drops = ['Authorization'];
  const withoutToken = await doctor();
  expect(lines(withoutToken.stdout, '✘')).toEqual([
    expect.stringContaining('The header Authorization does not arrive at the server.'),
  ]);
  expect(withoutToken.code).toBe(1);
  expect(withoutToken.stdout).toContain('Cursor: could not connect');

  proxy.drops = ['Mcp-Name'];
  const withoutName = await doctor();
  expect(lines(withoutName.stdout, '✘')).toEqual([
    expect.stringContaining('The header Mcp-Name does not arrive at the server'),
  ]);
  expect(withoutName.code).toBe(1);

  proxy.drops = [];
  proxy.buffers = true;
  const held = await doctor('--client', 'cursor');
  expect(lines(held.stdout, '!')).toEqual([expect.stringContaining('A stream of events is held back')]);
  expect(held.code).toBe(0);
  proxy.buffers = false;
});

test(verifies('mcp.doctor-access-url'), async () => {
  const { code, stdout } = await deployment.coder([
    'exp',
    'mcp',
    'doctor',
    deployment.url,
    '--client',
    'vscode',
  ]);
  expect(lines(stdout, '✘')).toEqual([
    expect.stringContaining(`The server believes that its address is "${proxy.url}"`),
    expect.stringContaining(`The metadata is for the resource "${proxy.url}/`),
  ]);
  expect(stdout).toContain(`→ Set CODER_ACCESS_URL to ${deployment.url}`);
  expect(code).toBe(1);
});

test(verifies('mcp.doctor-experiments'), async () => {
  await using off = await createDeployment({ env: { CODER_EXPERIMENTS: '' } });
  const { code, stdout } = await off.coder(['exp', 'mcp', 'doctor']);
  expect(lines(stdout, '✘')).toEqual([
    expect.stringContaining(
      'MCP over HTTP is not enabled on this deployment: the experiments oauth2 and mcp-server-http are off.',
    ),
  ]);
  expect(stdout).toContain('→ Start the server with CODER_EXPERIMENTS="oauth2,mcp-server-http"');
  expect(code).toBe(1);
}, 60_000);
