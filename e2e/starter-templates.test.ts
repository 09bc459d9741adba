import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { createDeployment, waitUntil } from './harness/deployment.ts';
import { starter } from './harness/templates.ts';

/** A port that nobody listens on just now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

test('what the starter templates make runs, tests itself and is seen from outside', {
  timeout: 120_000,
}, async () => {
  await using deployment = await createDeployment();
  await starter(deployment, 'node');
  const port = await freePort();
  const made = await deployment.coder([
    'create',
    'web',
    '--template',
    'node',
    '--parameter',
    `port=${port}`,
    '--yes',
  ]);
  expect(made.code, made.stderr).toBe(0);
  const tested = await deployment.coder(['ssh', 'web', '--', 'npm', 'test']);
  expect(tested.code, tested.stdout).toBe(0);
  const workspace = await deployment.client.workspaces.getByName({ user: 'me', name: 'web' });
  const agent = workspace.latest_build.resources[0]?.agents?.[0]?.id ?? '';
  await deployment.client.processes.start({ agent, id: 'served', command: 'npm start' });
  const preview = `${deployment.url}/@${workspace.owner_name}/web/apps/preview/there`;
  const seen = async () => {
    const response = await fetch(preview, { headers: { 'Coder-Session-Token': deployment.token } });
    return response.ok ? response.text() : undefined;
  };
  await waitUntil(async () => (await seen()) !== undefined, 20_000);
  expect(await seen()).toMatch(/^Hello from \/.*there\n$/);

  await starter(deployment, 'python');
  expect((await deployment.coder(['create', 'py', '--template', 'python', '--yes'])).code).toBe(0);
  const greeted = await deployment.coder(['ssh', 'py', '--', 'python', '-m', 'unittest']);
  expect(greeted.code, greeted.stderr).toBe(0);
  // Also where a person types, after the machine's own settings have set PATH anew.
  const py = await deployment.client.workspaces.getByName({ user: 'me', name: 'py' });
  const { output } = await deployment.client.processes.start({
    agent: py.latest_build.resources[0]?.agents?.[0]?.id ?? '',
    command: `exec bash -lc 'python -m unittest'`,
    pty: { width: 80, height: 24 },
    wait_ms: 20_000,
  });
  expect(output.chunks.map(({ data }) => data).join('')).toContain('OK');
});
