import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDeployment } from '@coder/e2e/harness/deployment.ts';
import { createNoopLogger } from '@coder/server';
import { startEmbeddedPostgres } from '@coder/server/database';
import type { Row } from './row.ts';
import { mcpRows } from './rows/mcp.ts';
import { serverRows } from './rows/server.ts';
import { workspaceRows } from './rows/workspace.ts';
import { seedWorkspaces } from './seed.ts';

const SEEDED = 1000;
const flags = [
  '--dangerous-disable-rate-limits',
  '--mcp-http-rate-limit',
  '100000',
  '--mcp-http-max-requests',
  '1000',
];
const template = fileURLToPath(new URL('./template', import.meta.url));

async function publish(deployment: Awaited<ReturnType<typeof createDeployment>>): Promise<void> {
  const pushed = await deployment.coder(['templates', 'push', 'bench', '--directory', template, '--yes']);
  if (pushed.code !== 0) throw new Error(pushed.stderr);
}

/** Rows that want a deployment with many workspaces; its database is at hand, to fill it. */
async function largeDeployment(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'coder-bench-'));
  chmodSync(folder, 0o711);
  const postgres = await startEmbeddedPostgres({ dataDir: folder, log: createNoopLogger() });
  try {
    await using deployment = await createDeployment({
      flags,
      env: { CODER_PG_CONNECTION_URL: postgres.url },
    });
    await publish(deployment);
    await seedWorkspaces(postgres.url, SEEDED);
    return await mcpRows(deployment);
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rows of a deployment as a newcomer has it. */
async function smallDeployment(): Promise<Row[]> {
  await using deployment = await createDeployment({ flags });
  const server = await serverRows(deployment);
  await publish(deployment);
  return [...(await workspaceRows(deployment)), ...server];
}

function render(rows: readonly Row[]): string {
  return [
    '| path | reference | measured | budget | within |',
    '|---|---|---|---|---|',
    ...rows.map(
      (r) => `| ${r.path} | ${r.reference} | ${r.measured} | ${r.budget} | ${r.within ? 'yes' : '**no**'} |`,
    ),
  ].join('\n');
}

const rows = [...(await largeDeployment()), ...(await smallDeployment())];
const table = render(rows);
console.log(table);
if (process.argv.includes('--write')) {
  const machine = `${cpus().length} cores (${cpus()[0]?.model}), Node.js ${process.version}`;
  const page = [
    '# Benchmarks',
    '',
    'Each row is a ratio to, or a difference from, a reference measured in the same run on the same machine: only that is',
    'worth comparing. `npm run bench -- --write` measures again and writes this page.',
    '',
    table,
    '',
    `Measured on ${machine}.`,
    '',
  ].join('\n');
  writeFileSync(fileURLToPath(new URL('./results.md', import.meta.url)), page);
}
process.exitCode = rows.every((row) => row.within) ? 0 : 1;
