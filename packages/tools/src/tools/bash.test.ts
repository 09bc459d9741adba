import { ApiError } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { call, inputsOf } from '../testing/call.ts';
import { fakeDeployment } from '../testing/fake-deployment.ts';
import { agentId, aProcess, aWorkspace, running, someOutput } from '../testing/fixtures.ts';

const answering = (process = aProcess(), output = someOutput(''), started = true) =>
  fakeDeployment({
    'processes.start': ({ id, command }: { id: string; command: string }) => ({
      process: { ...process, id, command },
      started,
      output,
    }),
  });
const bash = 'coder_workspace_bash';

describe('coder_workspace_bash', () => {
  it('answers with the output as it is, without its last line breaks, and the exit code', async () => {
    const deployment = answering(aProcess({ exit_code: 3 }), someOutput('\n M hello \n  more\r\n\n'));
    const { json } = await call(deployment, bash, { workspace: 'api', command: 'echo hello; exit 3' });
    expect(json).toMatchObject({ output: '\n M hello \n  more', exit_code: 3 });
    expect(inputsOf(deployment, 'processes.start')).toMatchObject([
      {
        agent: agentId,
        command: 'echo hello; exit 3',
        timeout_ms: 60_000,
        on_timeout: 'kill',
        wait_ms: 45_000,
      },
    ]);
  });

  it('ends a command at its timeout, with its output and 124', async () => {
    const ended = aProcess({ exit_code: null, signal: 'SIGTERM', end_reason: 'timeout', timed_out: true });
    const deployment = answering(ended, someOutput('half'));
    const { json } = await call(deployment, bash, {
      workspace: 'api',
      command: 'sleep 300',
      timeout_ms: 1_000,
    });
    expect(json).toMatchObject({ output: 'half\nCommand canceled due to timeout', exit_code: 124 });
    const [input] = inputsOf(deployment, 'processes.start');
    expect(input?.timeout_ms).toBe(1_000);
    expect(input?.wait_ms).toBeLessThanOrEqual(2_000);
  });

  it('gives a handle and the way to go on for what takes longer than a call waits', async () => {
    const goingOn = aProcess({ state: 'running', exit_code: null, end_reason: null, timeout_ms: 60_000 });
    const deployment = answering(goingOn, someOutput('so far', { complete: false }));
    const { json } = await call(deployment, bash, { workspace: 'api', command: 'make' }, { waitMs: 5_000 });
    expect(inputsOf(deployment, 'processes.start')[0]?.wait_ms).toBeLessThanOrEqual(5_000);
    expect(json).toMatchObject({ output: 'so far', exit_code: -1, running: true });
    expect(json.note).toContain(`process_id "${json.process_id}", after 6`);
  });

  it('says that what a command left in the background still runs', async () => {
    const deployment = answering(aProcess({ left_running: true }), someOutput(''));
    const { json } = await call(deployment, bash, { workspace: 'api', command: 'serve &' });
    expect(json).toMatchObject({ exit_code: 0, process_id: expect.any(String) });
    expect(json.note).toContain(`coder_workspace_process_signal (process_id "${json.process_id}")`);
  });

  it('says where a command goes on whose answer did not come', async () => {
    const deployment = fakeDeployment({
      'processes.start': () => {
        throw new ApiError('AGENT_UNREACHABLE', { message: 'The agent lost its connection.' });
      },
    });
    const { text, isError } = await call(deployment, bash, { workspace: 'api', command: 'make' });
    expect(isError).toBe(true);
    const id = inputsOf(deployment, 'processes.start')[0]?.id;
    expect(text).toMatch(/^The agent lost its connection\./);
    expect(text).toContain(`coder_workspace_process_output (process_id "${id}")`);
  });

  it('lets a background command run on, without a timeout', async () => {
    const deployment = answering(aProcess({ state: 'running', exit_code: null }), someOutput(''));
    const { json } = await call(deployment, bash, { workspace: 'api', command: 'serve', background: true });
    expect(json).toMatchObject({
      output: 'Command continues running in background',
      exit_code: 124,
      running: true,
    });
    expect(inputsOf(deployment, 'processes.start')[0]).not.toHaveProperty('timeout_ms');
  });

  it('starts one process for one idempotency key, and refuses another command under it', async () => {
    const deployment = answering();
    const once = { workspace: 'api', command: 'make', idempotency_key: 'k1' };
    await call(deployment, bash, once);
    await call(deployment, bash, once);
    const [first, second] = inputsOf(deployment, 'processes.start');
    expect(first?.id).toBe(second?.id);
    const other = fakeDeployment({
      'processes.start': () => ({
        process: aProcess({ command: 'make' }),
        started: false,
        output: someOutput(''),
      }),
    });
    const { text, isError } = await call(other, bash, { ...once, command: 'rm -rf /' });
    expect(isError).toBe(true);
    expect(text).toContain('belongs to another command');
  });

  it('puts a line with the cursor in place of output that is left out, and drops NUL bytes', async () => {
    const output = someOutput('', {
      chunks: [
        { stream: 'stdout', cursor: 0, bytes: 5, data: 'he\0ad' },
        { stream: 'stderr', cursor: 105, bytes: 4, data: 'tail' },
      ],
      gaps: [{ start: 5, end: 105, reason: 'limit' }],
      output_bytes: 109,
    });
    const { json } = await call(answering(aProcess(), output), bash, { workspace: 'api', command: 'x' });
    expect(json.output).toMatch(/^head\n\[… 100 bytes left out; .* after 5 …\]\ntail$/);
    expect(json.truncated).toBe(true);
  });

  it('says when the output is not all UTF-8', async () => {
    const output = someOutput('', {
      chunks: [{ stream: 'stdout', cursor: 0, bytes: 1, data: '\uFFFD' }],
    });
    const { json } = await call(answering(aProcess(), output), bash, { workspace: 'api', command: 'x' });
    expect(json.note).toContain('not UTF-8');
  });

  it('starts a stopped workspace and waits for it', async () => {
    const deployment = answering();
    deployment.workspaces.push(aWorkspace('web', 'stopped'));
    const { json } = await call(deployment, bash, { workspace: 'web', command: 'true' });
    expect(json.exit_code).toBe(0);
    expect(deployment.calls.map((one) => one.route)).toEqual([
      'agents.find',
      'workspaces.getByName',
      'workspaces.createBuild',
      'workspaces.readiness',
      'workspaces.get',
      'processes.start',
    ]);
  });

  it('goes on when another call has started the workspace in the same moment', async () => {
    const deployment = fakeDeployment({
      'workspaces.createBuild': ({ workspace }: { workspace: string }) => {
        const found = deployment.workspaces.find((one) => one.id === workspace);
        if (found) running(found);
        throw new ApiError('CONFLICT');
      },
      'processes.start': () => ({ process: aProcess(), started: true, output: someOutput('ok') }),
    });
    deployment.workspaces.push(aWorkspace('web', 'stopped'));
    const { json } = await call(deployment, bash, { workspace: 'web', command: 'true' });
    expect(json.output).toBe('ok');
  });

  it('says that nothing has been run when the workspace is not ready in time', async () => {
    const deployment = answering();
    deployment.readyAfterStart = false;
    deployment.workspaces.push(aWorkspace('web', 'stopped'));
    const { text, isError } = await call(deployment, bash, { workspace: 'web', command: 'true' });
    expect(isError).toBe(true);
    expect(text).toContain('Nothing has been run. Wait with coder_workspace_readiness');
    expect(inputsOf(deployment, 'processes.start')).toEqual([]);
  });

  it.each([
    ['failed', 'failed state'],
    ['canceled', 'was canceled'],
    ['deleted', 'is deleted'],
    ['stopping', 'unable to autostart'],
  ] as const)('does not start a workspace that is %s', async (status, message) => {
    const deployment = answering();
    const web = aWorkspace('web', status);
    if (status === 'deleted') web.latest_build.transition = 'delete';
    if (status === 'stopping') web.latest_build.transition = 'stop';
    deployment.workspaces.push(web);
    const { text, isError } = await call(deployment, bash, { workspace: 'web', command: 'true' });
    expect(isError).toBe(true);
    expect(text).toContain(message);
    expect(inputsOf(deployment, 'workspaces.createBuild')).toEqual([]);
  });

  it('names the workspaces there are when there is none of that name', async () => {
    const { text, isError } = await call(answering(), bash, { workspace: 'web', command: 'true' });
    expect(isError).toBe(true);
    expect(text).toBe('No workspace "web". You have: api, db.');
  });

  it('asks which agent is meant when there are several', async () => {
    const deployment = answering();
    const web = aWorkspace('web');
    running(web, 'running', ['main', 'gpu']);
    deployment.workspaces.push(web);
    const { text } = await call(deployment, bash, { workspace: 'web', command: 'true' });
    expect(text).toContain(
      'multiple agents found, please specify the agent name, available agents: [main, gpu]',
    );
    const other = await call(deployment, bash, { workspace: 'web.nope', command: 'true' });
    expect(other.text).toContain('agent not found by name "nope"');
  });
});
