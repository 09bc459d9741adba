import { randomBytes } from 'node:crypto';
import type { Workspace } from '@coder/api';
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

/** A workspace each time the server says that it has changed. */
async function* changesOf(id: string): AsyncGenerator<Workspace> {
  const response = await fetch(`${deployment.url}/api/v2/workspaces/${id}/watch`, {
    headers: { 'coder-session-token': deployment.token },
  });
  let text = '';
  for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const events = (text + part).split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const [, data] = /^event: data\ndata: (.*)$/.exec(event) ?? [];
      if (data !== undefined) yield JSON.parse(data) as Workspace;
    }
  }
}

const agentIn = ({ latest_build }: Workspace) => latest_build.resources[0]?.agents?.[0];

/** Resolves once a workspace has come so far. */
async function reached(id: string, point: (workspace: Workspace) => boolean | undefined): Promise<void> {
  for await (const workspace of changesOf(id)) if (point(workspace)) return;
}

/** What a build goes through, and the agent after it: the server is killed as soon as it has said so. */
const moments: Record<string, (created: { id: string; build: string }) => Promise<unknown>> = {
  'it is asked for': async () => undefined,
  'it is taken up': ({ id }) => reached(id, ({ latest_build }) => latest_build.job.status !== 'pending'),
  'its log begins': ({ build }) => deployment.client.builds.logs({ build, wait_ms: 30_000 }),
  'it has succeeded': ({ id }) => reached(id, ({ latest_build }) => latest_build.status === 'running'),
  'its agent has dialed': ({ id }) => reached(id, (workspace) => agentIn(workspace)?.status === 'connected'),
  'its agent is ready': ({ id }) =>
    reached(id, (workspace) => agentIn(workspace)?.lifecycle_state === 'ready'),
};

test.each(Object.entries(moments))(
  `${verifies('server.kill-mid-build')}, killed when %s`,
  { timeout: 60_000 },
  async (_, moment) => {
    const [template] = await deployment.client.templates.list({});
    const name = `cut-${randomBytes(3).toString('hex')}`;
    const created = await deployment.client.workspaces.create({
      user: 'me',
      name,
      template_id: template?.id,
    });
    const { id } = created;
    const build = created.latest_build.id;
    await moment({ id, build });
    await deployment.kill('SIGKILL');
    await deployment.restart();
    await waitUntil(async () => {
      const { job } = await deployment.client.builds.get({ build });
      return job.completed_at !== undefined;
    }, 30_000);
    const now = await deployment.client.workspaces.get({ workspace: id });
    expect(now.latest_build.status).toBe('running');
    await waitUntil(async () => {
      const { ready } = await deployment.client.workspaces.readiness({ workspace: id, wait_ms: 10_000 });
      return ready;
    }, 30_000);
    const deleted = await deployment.coder(['delete', name, '--yes']);
    expect(deleted.code, deleted.stderr).toBe(0);
    await waitUntil(() => processesWith(id).length === 0, 10_000);
  },
);
