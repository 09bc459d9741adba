import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDeployment, type Deployment, waitUntil } from './harness/deployment.ts';
import { connectHttp, connectStdio, type Era, type McpClient } from './harness/mcp.ts';
import { starter } from './harness/templates.ts';
import { verifies } from './requirements.ts';

let deployment: Deployment;
let agent: string;

beforeAll(async () => {
  deployment = await createDeployment({
    env: { CODER_API_RATE_LIMIT: '100000', CODER_SHUTDOWN_TIMEOUT: '1s' },
  });
  await starter(deployment, 'local');
  const created = await deployment.coder(['create', 'web', '--template', 'local', '--yes']);
  if (created.code !== 0) throw new Error(created.stderr);
  const { latest_build } = await deployment.client.workspaces.getByName({ user: 'me', name: 'web' });
  agent = latest_build.resources[0]?.agents?.[0]?.id ?? '';
}, 60_000);

afterAll(() => deployment?.[Symbol.asyncDispose](), 60_000);

const connections: [name: string, connect: () => Promise<McpClient>, cancels: boolean][] = [
  ...(['modern', 'legacy'] as Era[]).map(
    (era) =>
      [`over stdio, ${era}`, () => connectStdio(deployment.env, era), true] as (typeof connections)[number],
  ),
  ['over HTTP, modern', () => connectHttp(deployment.url, deployment.token, 'modern'), true],
  // The older era has no way to cancel without a session, and a lost connection is no cancellation in it.
  ['over HTTP, legacy', () => connectHttp(deployment.url, deployment.token, 'legacy'), false],
];

/** The process of a command, once it is there. */
async function processOf(command: string) {
  const find = async () =>
    (await deployment.client.processes.list({ agent })).processes.find((one) => one.command === command);
  await waitUntil(async () => (await find()) !== undefined);
  return find();
}

/** Calls a tool, and cancels the call when its command runs. */
async function cancelled(mcp: McpClient, name: string, args: Record<string, unknown>) {
  const caller = new AbortController();
  const call = mcp.client.callTool({ name, arguments: args }, { signal: caller.signal });
  const settled = call.then(
    () => 'answered',
    () => 'cancelled',
  );
  await processOf(String(args.command));
  caller.abort();
  expect(await settled).toBe('cancelled');
}

describe.each(connections)('a call that is cancelled %s', (name, connect, cancels) => {
  it(verifies('mcp.cancel'), { timeout: 60_000 }, async () => {
    await using mcp = await connect();
    const command = `echo begun; sleep 300 # ${name}`;
    await cancelled(mcp, 'coder_workspace_bash', { workspace: 'web', command, timeout_ms: 200_000 });
    if (cancels) await waitUntil(async () => (await processOf(command))?.state === 'exited');
    const process = await processOf(command);
    if (cancels) expect(process).toMatchObject({ end_reason: 'canceled' });
    else expect(process).toMatchObject({ state: 'running', timeout_ms: 200_000 });
    // What it has written so far is there in any case.
    const read = { workspace: 'web', process_id: process?.id, wait_timeout: '0s' };
    expect(await mcp.call('coder_workspace_process_output', read)).toMatchObject({
      output: expect.stringContaining('begun'),
    });
  });

  it('goes on when it was meant to, or can be asked for again', { timeout: 60_000 }, async () => {
    await using mcp = await connect();
    const lasting = `sleep 300 # lasting ${name}`;
    await cancelled(mcp, 'coder_workspace_execute', { workspace: 'web', command: lasting, timeout: '40s' });
    const key = name.replaceAll(/\W+/g, '-');
    const keyed = { workspace: 'web', command: `sleep 2; echo done # ${name}`, idempotency_key: key };
    await cancelled(mcp, 'coder_workspace_bash', keyed);
    expect(await mcp.call('coder_workspace_bash', keyed)).toMatchObject({ output: 'done', exit_code: 0 });
    expect(await processOf(lasting)).toMatchObject({ state: 'running' });
  });
});

it('a client that closes its stdio server leaves no command behind', { timeout: 60_000 }, async () => {
  const mcp = await connectStdio(deployment.env, 'modern');
  const command = 'sleep 300 # closed';
  const call = mcp.client.callTool({
    name: 'coder_workspace_bash',
    arguments: { workspace: 'web', command, timeout_ms: 200_000 },
  });
  call.catch(() => undefined);
  await processOf(command);
  await mcp.client.close();
  await waitUntil(async () => (await processOf(command))?.end_reason === 'canceled');
});

it('a server that stops ends no command, although it cuts its callers off', { timeout: 60_000 }, async () => {
  const mcp = await connectHttp(deployment.url, deployment.token, 'modern');
  const command = 'sleep 300 # stopped';
  const call = mcp.client.callTool({
    name: 'coder_workspace_bash',
    arguments: { workspace: 'web', command, timeout_ms: 200_000 },
  });
  await processOf(command);
  await deployment.kill('SIGTERM');
  await call.catch(() => undefined);
  await deployment.restart();
  await waitUntil(async () => (await deployment.client.agents.get({ agent })).status === 'connected');
  expect(await processOf(command)).toMatchObject({ state: 'running', timeout_ms: 200_000 });
});
