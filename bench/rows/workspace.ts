import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MCP_PATH } from '@coder/api';
import type { Deployment } from '@coder/e2e/harness/deployment.ts';
import { inTurns, type Timed, timed } from '../measure.ts';
import { comparisonRow, differenceRow, plainRow, type Row } from '../row.ts';
import { callTool } from '../rpc.ts';

const MIB = 1024 * 1024;

function tools(deployment: Deployment) {
  return (name: string, args: Record<string, unknown>) =>
    callTool(deployment.url + MCP_PATH, name, args, deployment.token);
}

/** What the rows are compared with, done in a process of its own. */
function startReference() {
  const child = fork(fileURLToPath(new URL('../servers/plain.ts', import.meta.url)));
  return {
    timed:
      (work: 'bash' | 'read' | 'node', path = ''): Timed =>
      async () => {
        child.send({ work, path });
        const [ms] = (await once(child, 'message')) as [number];
        return ms;
      },
    [Symbol.dispose]: () => void child.kill(),
  };
}

type Reference = ReturnType<typeof startReference>;

/** A command for which a shell waits, and the same as those are started that need more than a shell has. */
async function bashRows(deployment: Deployment, workspace: string, reference: Reference): Promise<Row[]> {
  const call = tools(deployment);
  const run = (command: string) => timed(() => call('coder_workspace_bash', { workspace, command }));
  const prepared = await inTurns(200, 1_500, run('true'), reference.timed('bash'));
  // Letters beyond ASCII are not handed on by a shell that waits.
  const anew = await inTurns(200, 100, run('true # é'), reference.timed('bash'));
  return [
    differenceRow('`coder_workspace_bash` `true`, warm', prepared, '`bash -c true` spawned directly', 3),
    comparisonRow('the same, forked when it comes', anew),
  ];
}

/** A thousand calls go by until one is as quick as it gets, so the row is also told as it is near its beginning. */
async function readRows(deployment: Deployment, workspace: string, reference: Reference): Promise<Row[]> {
  const call = tools(deployment);
  await call('coder_workspace_bash', { workspace, command: `head -c ${MIB} /dev/urandom > ~/one-mib.bin` });
  const local = join(deployment.home, 'one-mib.bin');
  await writeFile(local, Buffer.alloc(MIB, 7));
  const args = { workspace, path: '~/one-mib.bin', encoding: 'base64', limit: MIB };
  const subject = timed(() => call('coder_workspace_read_file', args));
  const early = await inTurns(100, 50, subject, reference.timed('read', local));
  const warm = await inTurns(100, 350, subject, reference.timed('read', local));
  return [
    differenceRow('read a 1 MiB file through the tool, warm', warm, '`fs.readFile` + base64', 15),
    comparisonRow('the same, after 50 calls', early),
  ];
}

async function createRow(deployment: Deployment, reference: Reference): Promise<Row> {
  const call = tools(deployment);
  let made = 0;
  const create = timed(async () => {
    const name = `bench-${made++}`;
    await call('coder_create_workspace', { user: 'me', name, template: 'bench', rich_parameters: {} });
    await call('coder_workspace_bash', { workspace: name, command: 'true' });
  });
  return differenceRow(
    'create a local workspace until its first command has answered',
    await inTurns(15, 2, create, reference.timed('node')),
    'starting `node -e 0`',
    200,
  );
}

async function burstRow(deployment: Deployment): Promise<Row> {
  const call = tools(deployment);
  const started = performance.now();
  const one = async (i: number) => {
    const workspace = `burst-${i}`;
    await call('coder_create_workspace', {
      user: 'me',
      name: workspace,
      template: 'bench',
      rich_parameters: {},
    });
    const until = performance.now() + 240_000;
    for (;;) {
      const answer = await call('coder_workspace_readiness', { workspace, wait_ms: 20_000 });
      const state = JSON.parse(answer.content[0]?.text ?? '{}') as { ready: boolean; reason: string };
      if (state.ready) break;
      if (performance.now() > until) throw new Error(`${workspace}: ${state.reason}`);
    }
    await call('coder_workspace_bash', { workspace, command: 'true' });
  };
  const results = await Promise.allSettled(Array.from({ length: 100 }, (_, i) => one(i)));
  const failed = results.filter((r) => r.status === 'rejected');
  for (const failure of failed.slice(0, 3)) console.error(failure);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return plainRow(
    '100 workspaces at once (local)',
    `${failed.length} failed, ${seconds} s`,
    'no failure',
    failed.length === 0,
  );
}

/** Commands, files and creation in real workspaces. */
export async function workspaceRows(deployment: Deployment): Promise<Row[]> {
  const workspace = 'bench';
  await tools(deployment)('coder_create_workspace', {
    user: 'me',
    name: workspace,
    template: 'bench',
    rich_parameters: {},
  });
  await tools(deployment)('coder_workspace_bash', { workspace, command: 'true' });
  using reference = startReference();
  const rows = [
    ...(await bashRows(deployment, workspace, reference)),
    ...(await readRows(deployment, workspace, reference)),
    await createRow(deployment, reference),
  ];
  if (!process.argv.includes('--quick')) rows.push(await burstRow(deployment));
  return rows;
}
