import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MCP_PATH } from '@coder/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { coderEntry, node } from '../harness/coder.ts';
import { createDeployment, type Deployment } from '../harness/deployment.ts';
import { clientProgram, installClients, runClient } from './clients.ts';

let deployment: Deployment;
let mcp: string;

beforeAll(async () => {
  installClients();
  deployment = await createDeployment();
  mcp = deployment.url + MCP_PATH;
}, 180_000);

afterAll(() => deployment?.[Symbol.asyncDispose]());

const TOOL = 'coder_workspace_bash';

test.each(['legacy', 'modern'])(
  'the Inspector lists and calls tools over HTTP, %s',
  { timeout: 60_000 },
  async (era) => {
    const common = [
      '--cli',
      mcp,
      '--transport',
      'http',
      '--protocol-era',
      era,
      '--header',
      `Authorization: Bearer ${deployment.token}`,
    ];
    const listed = await runClient('mcp-inspector', [...common, '--method', 'tools/list'], {
      env: deployment.env,
    });
    expect(listed.output).toContain(TOOL);
    const called = await runClient(
      'mcp-inspector',
      [...common, '--method', 'tools/call', '--tool-name', 'coder_get_authenticated_user'],
      { env: deployment.env },
    );
    expect(called.output).toContain('ada');
    expect(called.code).toBe(0);
  },
);

test('the Inspector finds nothing wrong with the schemas (--strict)', { timeout: 60_000 }, async () => {
  const { code, output } = await runClient(
    'mcp-inspector',
    [
      '--cli',
      mcp,
      '--transport',
      'http',
      '--header',
      `Authorization: Bearer ${deployment.token}`,
      '--method',
      'tools/list',
      '--strict',
    ],
    { env: deployment.env },
  );
  expect(code, output.slice(-3000)).toBe(0);
});

test('mcp-remote bridges to stdio', { timeout: 60_000 }, async () => {
  // In a file, because the Inspector would take a --header for its own.
  const headers = join(deployment.home, 'headers.txt');
  writeFileSync(headers, `Authorization: Bearer ${deployment.token}\n`, { mode: 0o600 });
  const bridge = ['--cli', clientProgram('mcp-remote'), mcp, '--allow-http', '--header-file', headers];
  const { output } = await runClient('mcp-inspector', [...bridge, '--method', 'tools/list'], {
    env: { ...deployment.env, MCP_REMOTE_CONFIG_DIR: join(deployment.home, 'mcp-remote') },
  });
  expect(output).toContain(TOOL);
});

test('Claude Code connects over HTTP and over stdio', { timeout: 120_000 }, async () => {
  const env = {
    ...deployment.env,
    DISABLE_AUTOUPDATER: '1',
    CLAUDE_CONFIG_DIR: join(deployment.home, 'claude'),
  };
  const run = (...args: string[]) => runClient('claude', args, { env, cwd: deployment.home });
  await run(
    'mcp',
    'add',
    '--transport',
    'http',
    'coder-http',
    mcp,
    '--header',
    `Authorization: Bearer ${deployment.token}`,
  );
  await run('mcp', 'add', 'coder-stdio', '--', node, coderEntry, 'exp', 'mcp', 'server');
  const { output } = await run('mcp', 'list');
  expect(output).toMatch(/coder-http: .*✔ Connected/);
  expect(output).toMatch(/coder-stdio: .*✔ Connected/);
});
