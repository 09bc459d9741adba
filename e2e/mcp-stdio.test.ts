import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanEnv, runCoder, spawnCoder } from './harness/coder.ts';
import { createDeployment, type Deployment } from './harness/deployment.ts';
import { connectStdio } from './harness/mcp.ts';
import { verifies } from './requirements.ts';

let deployment: Deployment;

beforeAll(async () => {
  deployment = await createDeployment();
}, 60_000);

afterAll(() => deployment?.[Symbol.asyncDispose](), 60_000);

test(verifies('mcp.stdio-clean'), { timeout: 60_000 }, async () => {
  const child = spawnCoder(['exp', 'mcp', 'server', '--instructions', 'Be brief.'], deployment.env);
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
  };
  child.stdin?.write(`${JSON.stringify(initialize)}\nthis is not JSON\n`);
  child.stdin?.end(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
  expect(await once(child, 'close')).toEqual([0, null]);
  const lines = stdout.trim().split('\n');
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
  expect(lines[0]).toContain('Be brief.');
  expect(stderr).toContain('ada');
});

test('--allowed-tools narrows, and an unknown name is refused with the nearest', {
  timeout: 60_000,
}, async () => {
  await using mcp = await connectStdio(deployment.env, 'legacy', [
    '--allowed-tools',
    'coder_list_workspaces',
  ]);
  expect((await mcp.client.listTools()).tools.map((t) => t.name)).toEqual(['coder_list_workspaces']);
  const typo = await runCoder(
    ['exp', 'mcp', 'server', '--allowed-tools', 'coder_list_workspace'],
    deployment.env,
  );
  expect([typo.code, typo.stderr]).toEqual([1, expect.stringContaining('coder_list_workspaces')]);
  const nobody = await runCoder(['exp', 'mcp', 'server'], cleanEnv(join(deployment.home, 'nobody')));
  expect([nobody.code, nobody.stderr]).toEqual([1, expect.stringContaining('coder login')]);
});

const files = {
  'claude-desktop': (home: string) => join(home, '.config/Claude/claude_desktop_config.json'),
  cursor: (home: string) => join(home, '.cursor/mcp.json'),
  vscode: (home: string) => join(home, '.config/Code/User/mcp.json'),
};

test(verifies('mcp.configure'), { timeout: 90_000 }, async () => {
  for (const [client, place] of Object.entries(files)) {
    const home = join(deployment.home, `home-${client}`);
    const env = { ...deployment.env, HOME: home };
    const file = place(home);
    const key = client === 'vscode' ? 'servers' : 'mcpServers';
    const shown = await runCoder(['exp', 'mcp', 'configure', client, '--print'], env);
    expect(shown.code, shown.stderr).toBe(0);
    expect(shown.stdout).toContain('"coder"');
    expect(existsSync(file)).toBe(false);

    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ theme: 'dark', [key]: { other: { command: 'other' } } }));
    const merged = await runCoder(['exp', 'mcp', 'configure', client], env);
    expect(merged.code, merged.stderr).toBe(0);
    const now = JSON.parse(readFileSync(file, 'utf8')) as Record<
      string,
      Record<string, { command: string; args: string[] }>
    >;
    expect(now.theme).toBe('dark');
    expect(Object.keys(now[key] ?? {}).sort()).toEqual(['coder', 'other']);
    expect(now[key]?.coder?.args.slice(-3)).toEqual(['exp', 'mcp', 'server']);
    expect(statSync(file).mode & 0o777).toBe(0o600);

    writeFileSync(file, '{ "half": ');
    const refused = await runCoder(['exp', 'mcp', 'configure', client], env);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(file)]);
    expect(readFileSync(file, 'utf8')).toBe('{ "half": ');
  }
  const project = join(deployment.home, 'project');
  mkdirSync(project);
  const inProject = await runCoder(['exp', 'mcp', 'configure', 'cursor', '--project'], deployment.env, {
    cwd: project,
  });
  expect(inProject.code, inProject.stderr).toBe(0);
  expect(existsSync(join(project, '.cursor/mcp.json'))).toBe(true);
  const claude = await runCoder(['exp', 'mcp', 'configure', 'claude-code', project], {
    ...deployment.env,
    HOME: join(deployment.home, 'home-claude-code'),
  });
  expect(claude.code, claude.stderr).toBe(0);
});
