import { readdirSync, readFileSync } from 'node:fs';
import type { Deployment } from '@coder/e2e/harness/deployment.ts';
import { waitUntil } from '@coder/e2e/harness/deployment.ts';
import { connectHttp } from '@coder/e2e/harness/mcp.ts';
import { plainRow, type Row } from '../row.ts';

/** The proportional set sizes of a process and all below it, in bytes; shared pages count once between them. */
function memoryOfTree(root: number): number {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    try {
      const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
      children.set(parent, [...(children.get(parent) ?? []), pid]);
    } catch {
      // It has ended.
    }
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree.reduce((sum, pid) => {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return sum + Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024;
  }, 0);
}

/** Start time and memory of the server itself, and the size of its tool list. */
export async function serverRows(deployment: Deployment): Promise<Row[]> {
  await deployment.kill('SIGTERM');
  const started = performance.now();
  await deployment.restart();
  await waitUntil(async () => (await fetch(`${deployment.url}/healthz`)).status === 200);
  const ms = performance.now() - started;

  await using mcp = await connectHttp(deployment.url, deployment.token, 'modern');
  const { tools } = await mcp.client.listTools();
  const tokens = Math.round(JSON.stringify(tools).length / 4);

  const memory = memoryOfTree(deployment.process.pid ?? 0) / 1024 / 1024;
  return [
    plainRow(
      'server start on an existing database until healthy',
      `${Math.round(ms)} ms`,
      'at most 1,500 ms',
      ms <= 1500,
    ),
    plainRow(
      'resident memory of the idle server with its database',
      `${Math.round(memory)} MiB (proportional set size)`,
      'at most 250 MB',
      memory * 1024 * 1024 <= 250e6,
    ),
    plainRow(
      'tokens of `tools/list`, standard toolset',
      `${tokens} (characters / 4)`,
      'at most 8,000',
      tokens <= 8000,
    ),
  ];
}
