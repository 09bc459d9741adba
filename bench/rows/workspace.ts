import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MCP_PATH } from '@coder/api';
import type { Deployment } from '@coder/e2e/harness/deployment.ts';
import { percentile, times } from '../measure.ts';
import { differenceRow, plainRow, type Row } from '../row.ts';
import { callTool } from '../rpc.ts';

const run = promisify(execFile);
const MIB = 1024 * 1024;

function tools(deployment: Deployment) {
  return (name: string, args: Record<string, unknown>) =>
    callTool(deployment.url + MCP_PATH, name, args, deployment.token);
}

async function bashRow(deployment: Deployment, workspace: string): Promise<Row> {
  const call = tools(deployment);
  const subject = await times(200, 20, () => call('coder_workspace_bash', { workspace, command: 'true' }));
  const reference = await times(200, 20, async () => once(spawn('bash', ['-c', 'true']), 'close'));
  return differenceRow(
    '`coder_workspace_bash` `true`, warm',
    { subject: percentile(subject, 0.5), reference: percentile(reference, 0.5) },
    '`bash -c true` spawned directly',
    3,
  );
}

async function readRow(deployment: Deployment, workspace: string): Promise<Row> {
  const call = tools(deployment);
  await call('coder_workspace_bash', { workspace, command: `head -c ${MIB} /dev/urandom > ~/one-mib.bin` });
  const local = join(deployment.home, 'one-mib.bin');
  await writeFile(local, Buffer.alloc(MIB, 7));
  const args = { workspace, path: '~/one-mib.bin', encoding: 'base64', limit: MIB };
  const subject = await times(50, 5, () => call('coder_workspace_read_file', args));
  const reference = await times(50, 5, async () => (await readFile(local)).toString('base64'));
  return differenceRow(
    'read a 1 MiB file through the tool',
    { subject: percentile(subject, 0.5), reference: percentile(reference, 0.5) },
    '`fs.readFile` + base64',
    15,
  );
}

async function createRow(deployment: Deployment): Promise<Row> {
  const call = tools(deployment);
  const create = async (i: number) => {
    const name = `bench-${i + 100}`;
    await call('coder_create_workspace', { user: 'me', name, template: 'bench', rich_parameters: {} });
    await call('coder_workspace_bash', { workspace: name, command: 'true' });
  };
  const subject = await times(15, 2, create);
  const reference = await times(15, 2, () => run(process.execPath, ['-e', '0']));
  return differenceRow(
    'create a local workspace until its first command has answered',
    { subject: percentile(subject, 0.5), reference: percentile(reference, 0.5) },
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
  const rows = [
    await bashRow(deployment, workspace),
    await readRow(deployment, workspace),
    await createRow(deployment),
  ];
  if (!process.argv.includes('--quick')) rows.push(await burstRow(deployment));
  return rows;
}
