import { describe, expect, it } from 'vitest';
import { call, inputsOf } from '../testing/call.ts';
import { fakeDeployment } from '../testing/fake-deployment.ts';
import { aProcess, someOutput } from '../testing/fixtures.ts';

describe('coder_workspace_process_output', () => {
  it('reads on from a cursor until there is no more', async () => {
    const all = 'abcdefghijklmnopqrstuvwxyz0123456789';
    const deployment = fakeDeployment({
      'processes.get': () => aProcess({ output_bytes: all.length }),
      'processes.output': ({ after, limit }: { after: number; limit: number }) => {
        const data = all.slice(after, after + limit);
        return someOutput(data, { next_cursor: after + data.length, output_bytes: all.length });
      },
    });
    let seen = '';
    let after: number | undefined = 0;
    while (after !== undefined) {
      const { json } = await call(deployment, 'coder_workspace_process_output', {
        workspace: 'api',
        process_id: 'p1',
        after,
        limit: 16,
      });
      seen += json.output;
      after = json.next_after as number | undefined;
    }
    expect(seen).toBe(all);
    expect(inputsOf(deployment, 'processes.output')[0]).toMatchObject({ wait_for: 'output', keep: 'head' });
  });

  it('without a cursor waits for the end and shows both ends', async () => {
    const deployment = fakeDeployment({
      'processes.get': () => aProcess({ exit_code: 1 }),
      'processes.output': () => someOutput('x'),
    });
    const { json } = await call(deployment, 'coder_workspace_process_output', {
      workspace: 'api',
      process_id: 'p1',
    });
    expect(json).toMatchObject({ output: 'x', running: false, exit_code: 1 });
    expect(inputsOf(deployment, 'processes.output')).toMatchObject([
      { wait_ms: 10_000, wait_for: 'end', keep: 'ends' },
    ]);
  });
});

describe('coder_workspace_process_signal', () => {
  it('says when the process has not ended yet', async () => {
    const deployment = fakeDeployment({
      'processes.signal': () => aProcess({ state: 'running', exit_code: null }),
    });
    const { json } = await call(deployment, 'coder_workspace_process_signal', {
      workspace: 'api',
      process_id: 'p1',
      signal: 'terminate',
    });
    expect(json).toMatchObject({ running: true });
    expect(json.note).toContain('"kill"');
    expect(inputsOf(deployment, 'processes.signal')).toMatchObject([{ signal: 'TERM' }]);
  });
});

describe('coder_workspace_execute', () => {
  const execute = 'coder_workspace_execute';
  const deploymentWith = (process = aProcess(), output = someOutput('out')) =>
    fakeDeployment({
      'processes.start': ({ id, command }: { id: string; command: string }) => ({
        process: { ...process, id, command },
        started: true,
        output,
      }),
    });

  it("answers in upstream's shape", async () => {
    const { json } = await call(deploymentWith(), execute, { workspace: 'api', command: 'true' });
    expect(json).toMatchObject({ success: true, output: 'out', exit_code: 0, wall_duration_ms: 12 });
  });

  it('never kills: after the wait it gives a background id', async () => {
    const deployment = deploymentWith(aProcess({ state: 'running', exit_code: null }));
    const { json } = await call(deployment, execute, { workspace: 'api', command: 'make', timeout: '2s' });
    expect(json).toMatchObject({ success: false, exit_code: -1, running: true });
    expect(json.background_process_id).toMatch(/^p/);
    const [input] = inputsOf(deployment, 'processes.start');
    expect(input).toMatchObject({ wait_ms: 2_000 });
    expect(input).not.toHaveProperty('timeout_ms');
  });

  it.each([
    ['serve &', 'serve'],
    ['a && b', undefined],
    ['echo a \\&', undefined],
    ['serve & ', 'serve'],
  ])('takes %j for the background command %j', async (command, promoted) => {
    const deployment = deploymentWith();
    await call(deployment, execute, { workspace: 'api', command });
    const [input] = inputsOf(deployment, 'processes.start');
    expect(input?.command).toBe(promoted ?? command);
    expect(input?.wait_ms).toBe(promoted === undefined ? 10_000 : 0);
  });

  it('refuses a timeout beyond the maximum, as upstream does', async () => {
    const { text } = await call(deploymentWith(), execute, { workspace: 'api', command: 'x', timeout: '6m' });
    expect(text).toContain('timeout 6m0s exceeds the maximum of 5m0s; use run_in_background=true');
  });
});
