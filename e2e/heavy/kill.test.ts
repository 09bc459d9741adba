import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDeployment, type Deployment, waitUntil } from '../harness/deployment.ts';
import { processesWith } from '../harness/processes.ts';
import { starter } from '../harness/templates.ts';
import { verifies } from '../requirements.ts';

let deployment: Deployment;

beforeAll(async () => {
  deployment = await createDeployment();
  await starter(deployment, 'local');
}, 60_000);

afterAll(() => deployment?.[Symbol.asyncDispose](), 60_000);

async function agentOf(name: string) {
  const workspace = await deployment.client.workspaces.getByName({ user: 'me', name });
  return { workspace, agent: workspace.latest_build.resources[0]?.agents?.[0]?.id ?? '' };
}

test(verifies('server.kill'), { timeout: 120_000 }, async () => {
  expect((await deployment.coder(['create', 'kept', '--template', 'local', '--yes'])).code).toBe(0);
  const { agent, workspace } = await agentOf('kept');
  const count = 200;
  await deployment.client.processes.start({
    agent,
    id: 'counting',
    command: `for i in $(seq ${count}); do echo line $i; sleep 0.02; done`,
  });
  await deployment.kill('SIGKILL');
  await deployment.restart();
  await waitUntil(async () => {
    const readiness = await deployment.client.workspaces.readiness({
      workspace: workspace.id,
      wait_ms: 10_000,
    });
    return readiness.ready;
  }, 30_000);
  // The same id again starts nothing: it is the process from before the kill.
  const again = await deployment.client.processes.start({
    agent,
    id: 'counting',
    command: 'echo never',
    wait_ms: 20_000,
  });
  expect(again.started).toBe(false);
  expect(again.process).toMatchObject({ state: 'exited', exit_code: 0 });
  const { chunks } = await deployment.client.processes.output({ agent, process: 'counting', limit: 100_000 });
  const expected = Array.from({ length: count }, (_, i) => `line ${i + 1}\n`).join('');
  expect(chunks.map((chunk) => chunk.data).join('')).toBe(expected);
});

test(verifies('server.kill-mid-build'), { timeout: 180_000 }, async () => {
  const template = await deployment.client.templates.list({});
  // Killed at moments spread over the build: before it is picked up, while it runs, and after its agent has started.
  for (const delay of [0, 10, 30, 60, 120, 250]) {
    const name = `cut-${randomBytes(3).toString('hex')}`;
    const created = await deployment.client.workspaces.create({
      user: 'me',
      name,
      template_id: template[0]?.id,
    });
    await new Promise((resolve) => setTimeout(resolve, delay));
    await deployment.kill('SIGKILL');
    await deployment.restart();
    await waitUntil(async () => {
      const { job } = await deployment.client.builds.get({ build: created.latest_build.id });
      return job.completed_at !== undefined;
    }, 30_000);
    const now = await deployment.client.workspaces.get({ workspace: created.id });
    expect(now.latest_build.status).toBe('running');
    await waitUntil(async () => {
      const { ready } = await deployment.client.workspaces.readiness({
        workspace: created.id,
        wait_ms: 10_000,
      });
      return ready;
    }, 30_000);
    const deleted = await deployment.coder(['delete', name, '--yes']);
    expect(deleted.code, deleted.stderr).toBe(0);
    await waitUntil(() => processesWith(created.id).length === 0, 10_000);
  }
});
