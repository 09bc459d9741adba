import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDeployment, type Deployment, waitUntil } from '../harness/deployment.ts';
import { verifies } from '../requirements.ts';

let deployment: Deployment;
const folder = mkdtempSync(join(tmpdir(), 'coder-limits-'));

const manifest = `name: tight
runtime:
  local:
    memory: 400MiB
    processes: 100
agent: {}
`;

beforeAll(async () => {
  deployment = await createDeployment();
  writeFileSync(join(folder, 'template.yaml'), manifest);
  const pushed = await deployment.coder(['templates', 'push', 'tight', '--directory', folder, '--yes']);
  if (pushed.code !== 0) throw new Error(pushed.stderr);
}, 60_000);

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await deployment?.[Symbol.asyncDispose]();
}, 60_000);

/** A workspace with tight limits, in which one command has ended before anything goes wrong. */
async function workspace(name: string) {
  const created = await deployment.coder(['create', name, '--template', 'tight', '--yes']);
  if (created.code !== 0) throw new Error(created.stderr);
  // A machine without cgroups that we may write has no limits that could be reached.
  const limited = !`${created.stdout}${created.stderr}`.includes('not enforced');
  const { latest_build } = await deployment.client.workspaces.getByName({ user: 'me', name });
  const [resource] = latest_build.resources;
  const agent = resource?.agents?.[0]?.id ?? '';
  const sandboxed = resource?.metadata?.some(({ key, value }) => key === 'sandbox' && value === 'bwrap');
  const run = (command: string, more: object = {}) =>
    deployment.client.processes.start({ agent, command, wait_ms: 20_000, ...more });
  const output = async (process: string) => {
    const { chunks } = await deployment.client.processes.output({ agent, process, limit: 100_000 });
    return chunks.map((chunk) => chunk.data).join('');
  };
  await run('echo kept', { id: 'before' });
  return { limited, sandboxed, agent, run, output };
}

const mebibyte = 2 ** 20;

test(verifies('limits.memory'), { timeout: 120_000 }, async (context) => {
  const { limited, sandboxed, run, output } = await workspace('hungry');
  if (!limited) context.skip('no cgroup can be limited here');
  // Each is smaller than the agent, which the kernel would otherwise choose to end.
  const many = `for i in $(seq 40); do (x=$(head -c ${15 * mebibyte} /dev/zero | tr '\\0' a); sleep 1) & done; wait`;
  for (let times = 0; times < 2; times++) await run(many);
  // Files in memory stay when the process that wrote them has been ended; without a sandbox they would be the machine's.
  if (sandboxed)
    await run(`for f in /dev/shm/f /run/user/*/f; do head -c ${300 * mebibyte} /dev/zero > $f; done`);
  await run(many);
  expect(await output('before')).toBe('kept\n');
  expect((await run('echo well')).output.chunks).toMatchObject([{ data: 'well\n' }]);
});

test(verifies('limits.processes'), { timeout: 120_000 }, async (context) => {
  const { limited, agent, run, output } = await workspace('crowded');
  if (!limited) context.skip('no cgroup can be limited here');
  const { files, processes } = deployment.client;
  await run('echo needle > ~/haystack');
  // Neither its session nor its first process leads to what it leaves behind.
  await run(`setsid bash -c 'for i in $(seq 200); do sleep 1000 & done' 2>/dev/null &`, {
    id: 'bomb',
    wait_ms: 0,
  });
  const full = () =>
    run('true').then(
      () => false,
      (error: Error) => /no room for another/.test(error.message),
    );
  await waitUntil(full);
  // All of these need threads of the agent.
  for (let i = 0; i < 20; i++) {
    expect(await files.search({ agent, path: '~', pattern: 'needle' })).toMatchObject({
      matches: [{ line: 1 }],
    });
  }
  for (let i = 0; i < 3; i++) {
    const shell = await run('echo by builtins', { pty: { width: 80, height: 24 } });
    expect(shell.output.chunks[0]?.data).toContain('by builtins');
  }
  expect(await output('before')).toBe('kept\n');
  await processes.signal({ agent, process: 'bomb', signal: 'KILL' });
  // What has been ended counts until the system has noticed.
  await waitUntil(async () => !(await full()));
  const after = await run('echo well; echo to a pipe > /dev/stderr');
  expect(after.output.chunks).toMatchObject([{ data: 'well\n' }, { data: 'to a pipe\n' }]);
  expect(await output('before')).toBe('kept\n');
});

test('fork bombs are ended at once on a busy machine, although they fork faster than one can look', {
  timeout: 120_000,
}, async (context) => {
  const { limited, agent, run, output } = await workspace('bomb');
  if (!limited) context.skip('no cgroup can be limited here');
  const script = "cat > bomb <<'E'\nsh bomb & sh bomb & sleep 0.05\nE\n(setsid sh bomb >/dev/null 2>&1 &)";
  const busy = Array.from({ length: 6 }, () => spawn('sh', ['-c', 'while :; do :; done']));
  try {
    for (let round = 0; round < 6; round++) {
      const id = `bomb${round}`;
      await run(script, { id });
      await waitUntil(() =>
        run('true').then(
          () => false,
          (error: Error) => /no room for another/.test(error.message),
        ),
      );
      const before = performance.now();
      await deployment.client.processes.signal({ agent, process: id, signal: 'KILL' });
      expect(performance.now() - before).toBeLessThan(4_000);
      // Also the dead are gone, so that there is room for others at once.
      const left = await run('ps ax -o args | grep "[s]h bomb"; true');
      expect(left.output.chunks).toEqual([]);
    }
  } finally {
    for (const each of busy) each.kill('SIGKILL');
  }
  expect(await output('before')).toBe('kept\n');
});
