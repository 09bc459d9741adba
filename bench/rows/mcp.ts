import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MCP_PATH } from '@coder/api';
import type { Deployment } from '@coder/e2e/harness/deployment.ts';
import { compare, throughput } from '../measure.ts';
import { type Row, ratioRow } from '../row.ts';
import { callTool } from '../rpc.ts';

const CONCURRENCY = 10;
const ROUND_MS = 3000;
const ROUNDS = 5;
/** Both sides are at their speed after ten thousand calls or so. */
const WARM_UP = 2;

/** Starts the reference in a process of its own. */
async function startBare() {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../servers/bare.ts', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: line.toString().trim(), stop: () => child.kill() };
}

/** Throughput of two tools over HTTP against the SDK's bare server. */
export async function mcpRows(deployment: Deployment): Promise<Row[]> {
  const bare = await startBare();
  try {
    const url = deployment.url + MCP_PATH;
    const reference = () => throughput(CONCURRENCY, ROUND_MS, () => callTool(bare.url, 'whoami', {}));
    const subject = (name: string, args: Record<string, unknown>) => () =>
      throughput(CONCURRENCY, ROUND_MS, () => callTool(url, name, args, deployment.token));
    const whoami = await compare(ROUNDS, WARM_UP, subject('coder_get_authenticated_user', {}), reference);
    const list = await compare(ROUNDS, WARM_UP, subject('coder_list_workspaces', { limit: 25 }), reference);
    return [
      ratioRow('MCP HTTP `tools/call` of a no-effect tool, authenticated', whoami, 'bare SDK server', 0.7),
      ratioRow('`coder_list_workspaces`, 1,000 workspaces, 25 a page', list, 'bare SDK server', 0.4),
    ];
  } finally {
    bare.stop();
  }
}
