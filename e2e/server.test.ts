import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { cleanEnv, runCoder } from './harness/coder.ts';
import { createDeployment, waitUntil } from './harness/deployment.ts';
import { processesWith } from './harness/processes.ts';
import { starter } from './harness/templates.ts';
import { verifies } from './requirements.ts';

test(verifies('server.help'), async () => {
  const { stdout, code } = await runCoder(['server', '--help'], cleanEnv('/nonexistent'));
  expect(code).toBe(0);
  expect(stdout).toMatch(/^[A-Z ]+ OPTIONS:$/m);
  for (const word of ['--experiments', 'oauth2', 'mcp-server-http', 'CODER_MCP_HTTP_TIMEOUT'])
    expect(stdout).toContain(word);
});

test(verifies('server.bad-config'), async () => {
  const { stderr, code } = await runCoder(
    ['server', '--http-address', 'nowhere', '--session-duration', 'soon'],
    cleanEnv('/nonexistent', { CODER_MCP_HTTP_RATE_LIMIT: 'many' }),
  );
  expect(code).toBe(1);
  for (const source of ['--http-address', '--session-duration', 'CODER_MCP_HTTP_RATE_LIMIT'])
    expect(stderr).toContain(source);
});

test(verifies('server.health'), { timeout: 60_000 }, async () => {
  await using deployment = await createDeployment();
  const health = await fetch(`${deployment.url}/healthz`);
  expect([health.status, await health.text()]).toEqual([200, 'OK']);
  const info = (await (await fetch(`${deployment.url}/api/v2/buildinfo`)).json()) as { version: string };
  expect(info.version).toMatch(/^v\d/);
});

test(verifies('server.term'), { timeout: 90_000 }, async () => {
  await using deployment = await createDeployment();
  await starter(deployment, 'local');
  expect((await deployment.coder(['create', 'web', '--template', 'local', '--yes'])).code).toBe(0);
  const marker = `1${randomBytes(4).readUInt32LE()}`;
  const { id, latest_build } = await deployment.client.workspaces.getByName({ user: 'me', name: 'web' });
  const agent = latest_build.resources[0]?.agents?.[0];
  await deployment.client.processes.start({ agent: agent?.id ?? '', id: 'long', command: `sleep ${marker}` });
  const watched = await deployment.client.raw(`/workspaces/${id}/watch`);
  const events = watched.text();
  const before = performance.now();
  await deployment.kill('SIGTERM');
  expect(deployment.process.exitCode).toBe(0);
  // A page that watches something does not hold it up, and sees an end, not a break.
  expect(performance.now() - before).toBeLessThan(10_000);
  expect(await events).toContain('event: data');
  expect(processesWith(marker).length).toBeGreaterThan(0);
  await deployment.restart();
  await waitUntil(async () => (await deployment.coder(['ssh', 'web', '--', 'true'])).code === 0, 20_000);
  const kept = await deployment.client.processes.get({ agent: agent?.id ?? '', process: 'long' });
  expect(kept.state).toBe('running');
});

test('Ctrl+C, which a terminal and the launchers deliver several times, stops everything in order', {
  timeout: 90_000,
}, async () => {
  await using deployment = await createDeployment();
  const database = () => processesWith(`${deployment.home}/data/postgres`);
  expect(database()).not.toEqual([]);
  deployment.process.kill('SIGINT');
  await deployment.kill('SIGINT');
  expect(deployment.process.exitCode).toBe(0);
  expect(database()).toEqual([]);
});
