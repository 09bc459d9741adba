import { MCP_PATH } from '@coder/api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCoder } from './harness/coder.ts';
import {
  createQuickstartHome,
  expectKeptPassword,
  type Quickstart,
  type QuickstartHome,
} from './harness/quickstart.ts';
import { verifies } from './requirements.ts';

let user: QuickstartHome;
beforeEach(() => {
  user = createQuickstartHome();
});
afterEach(() => user[Symbol.asyncDispose]());

test(verifies('quickstart.first-run'), { timeout: 120_000 }, async () => {
  const first = await user.run();
  for (const client of ['Claude Desktop', 'Claude Code', 'Cursor', 'VS Code'])
    expect(first.printed).toContain(client);
  expect(first.printed).toContain(`${first.url}${MCP_PATH}`);
  const listed = await runCoder(['list', '--output', 'json'], user.env);
  const workspaces = JSON.parse(listed.stdout) as { name: string; latest_build: { status: string } }[];
  expect(workspaces.map((w) => [w.name, w.latest_build.status])).toEqual([['demo', 'running']]);
  const templates = JSON.parse(
    (await runCoder(['templates', 'list', '--output', 'json'], user.env)).stdout,
  ) as {
    name: string;
  }[];
  expect(templates.map((t) => t.name).sort()).toEqual(['local', 'node', 'python']);
  const said = await runCoder(['ssh', 'demo', '--', 'echo', 'hello from', '$HOME'], user.env);
  expect(said.stdout).toBe('hello from $HOME\n');

  expectKeptPassword(user.home, first.printed, verifies('quickstart.password-file'));
  await runsAgain(first);
});

async function runsAgain(first: Quickstart): Promise<void> {
  expect(await user.stop(first.child)).toBe(0);
  const before = performance.now();
  const again = await user.run({ CODER_HTTP_ADDRESS: new URL(first.url).host });
  expect(performance.now() - before, verifies('quickstart.again')).toBeLessThan(5000);
  expect(again.printed).not.toContain('Password');
  expect(again.printed).not.toContain('Sign in');
  const beside = await runCoder(['quickstart'], user.env);
  expect([beside.code, beside.stderr], verifies('quickstart.beside')).toEqual([
    1,
    expect.stringMatching(
      new RegExp(
        `process ${again.child.pid} uses the data directory ${user.home}.* Its dashboard is at ${first.url} now\\. .*kill ${again.child.pid},`,
      ),
    ),
  ]);
  const listed = await runCoder(['list', '--output', 'json'], user.env);
  expect((JSON.parse(listed.stdout) as unknown[]).length).toBe(1);
  const said = await runCoder(['ssh', 'demo', '--', 'echo still here'], user.env);
  expect(said.stdout).toBe('still here\n');
  await user.deleteDemo(first.url);
}
