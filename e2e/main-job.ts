import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { Deployment } from './harness/deployment.ts';
import { waitUntil } from './harness/deployment.ts';
import type { McpClient } from './harness/mcp.ts';
import { processesWith } from './harness/processes.ts';

type BashResult = { output: string; exit_code: number; process_id?: string };

/** What an AI agent does, from an empty list to an empty list: the product's main job. */
export async function mainJob(mcp: McpClient, deployment: Deployment): Promise<void> {
  const { tools } = await mcp.client.listTools();
  expect(tools.map((tool) => tool.name)).toContain('coder_workspace_bash');

  const name = `web-${randomBytes(3).toString('hex')}`;
  const created = await mcp.call<{ id: string; name: string }>('coder_create_workspace', {
    user: 'me',
    name,
    template: 'node',
    rich_parameters: {},
  });
  expect(created.name).toBe(name);
  await waitUntil(async () => {
    const readiness = await mcp.call<{ ready: boolean; state: string; reason: string }>(
      'coder_workspace_readiness',
      {
        workspace: name,
        wait_ms: 20_000,
      },
    );
    if (!readiness.ready && readiness.state !== 'pending') throw new Error(readiness.reason);
    return readiness.ready;
  }, 60_000);

  const version = await mcp.call<BashResult>('coder_workspace_bash', {
    workspace: name,
    command: 'node --version',
  });
  expect(version.exit_code).toBe(0);
  expect(version.output).toMatch(/^v\d+\./);

  await writesEditsAndReads(mcp, name);
  await servesAPort(mcp, deployment, name);
  await endsWhatTimesOut(mcp, name);
  await readsLargeOutput(mcp, name);
  await stopsAndStarts(mcp, name);

  await mcp.call('coder_create_workspace_build', { workspace_id: name, transition: 'delete' });
  await waitUntil(async () => {
    const all = await mcp.call<{ workspaces: { name: string }[] }>('coder_list_workspaces', {});
    return !all.workspaces.some((workspace) => workspace.name === name);
  }, 30_000);
  expect(processesWith(created.id)).toEqual([]);
}

async function writesEditsAndReads(mcp: McpClient, workspace: string): Promise<void> {
  const path = '/tmp/../home-file.txt';
  const refused = await mcp.fail('coder_workspace_write_file', {
    workspace,
    path: `${path}\0`,
    content: 'x',
  });
  expect(refused).toContain('path');

  const file = '~/notes/hello.txt';
  await mcp.call('coder_workspace_write_file', { workspace, path: file, content: 'hello\nworld\nzwölf\n' });
  await mcp.call('coder_workspace_edit_file', {
    workspace,
    path: file,
    edits: [{ search: 'world', replace: 'workspace' }],
  });
  const read = JSON.stringify(await mcp.call('coder_workspace_read_file', { workspace, path: file }));
  expect(read).toContain('workspace');
  expect(read).toContain('zwölf');
  expect(read).not.toContain('world');
  const missing = await mcp.fail('coder_workspace_edit_file', {
    workspace,
    path: file,
    edits: [{ search: 'nowhere', replace: 'x' }],
  });
  expect(missing).toContain('not found');
}

const SERVER = `
const http = require('node:http');
const server = http.createServer((request, response) => response.end('page of ' + request.url));
server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port));
`;

async function servesAPort(mcp: McpClient, deployment: Deployment, workspace: string): Promise<void> {
  await mcp.call('coder_workspace_write_file', { workspace, path: '~/server.cjs', content: SERVER });
  const started = await mcp.call<{ background_process_id: string }>('coder_workspace_execute', {
    workspace,
    command: 'exec node ~/server.cjs',
    run_in_background: true,
  });
  const id = started.background_process_id;
  let port = 0;
  await waitUntil(async () => {
    const output = await mcp.call<{ output: string }>('coder_workspace_process_output', {
      workspace,
      process_id: id,
      wait_timeout: '5s',
    });
    port = Number(/port (\d+)/.exec(output.output)?.[1] ?? 0);
    return port > 0;
  });
  const { url } = await mcp.call<{ url: string }>('coder_workspace_port_forward', { workspace, port });
  const page = await fetch(`${url}a/page?x=1`, { headers: { 'coder-session-token': deployment.token } });
  expect(await page.text()).toBe('page of /a/page?x=1');
  const anonymous = await fetch(`${url}a/page`, { redirect: 'manual' });
  expect(anonymous.status).toBeGreaterThanOrEqual(300);

  await mcp.call('coder_workspace_process_signal', { workspace, process_id: id, signal: 'terminate' });
  await waitUntil(async () => {
    const { processes } = await mcp.call<{ processes: { id: string; running?: boolean; state?: string }[] }>(
      'coder_workspace_process_list',
      { workspace },
    );
    const found = processes.find((p) => p.id === id);
    return found === undefined || found.running === false || found.state === 'exited';
  });
}

async function endsWhatTimesOut(mcp: McpClient, workspace: string): Promise<void> {
  const started = performance.now();
  const marker = `3${Math.floor(Math.random() * 1e6)}`;
  const result = await mcp.call<BashResult>('coder_workspace_bash', {
    workspace,
    command: `echo before; sleep ${marker} & sleep ${marker}`,
    timeout_ms: 1000,
  });
  expect(performance.now() - started).toBeLessThan(2500);
  expect(result.exit_code).toBe(124);
  expect(result.output).toContain('before');
  await waitUntil(() => processesWith(marker).length === 0);
}

async function readsLargeOutput(mcp: McpClient, workspace: string): Promise<void> {
  const total = 50 * 1024 * 1024;
  const result = await mcp.call<BashResult & { output_bytes?: number }>('coder_workspace_bash', {
    workspace,
    command: `head -c ${total} /dev/zero | tr '\\0' 'x'; echo; echo the end`,
  });
  expect(JSON.stringify(result).length).toBeLessThan(100_000);
  expect(result.exit_code).toBe(0);
  expect(result.output).toContain('the end');
  expect(result.process_id).toBeTruthy();
  const middle = await mcp.call<{ output: string; next_after: number }>('coder_workspace_process_output', {
    workspace,
    process_id: result.process_id,
    after: 25_000_000,
  });
  expect(middle.output.startsWith('xxxx')).toBe(true);
  expect(middle.next_after).toBeGreaterThan(25_000_000);
}

async function stopsAndStarts(mcp: McpClient, workspace: string): Promise<void> {
  const transition = async (to: 'start' | 'stop', status: string) => {
    await mcp.call('coder_create_workspace_build', { workspace_id: workspace, transition: to });
    await waitUntil(async () => {
      const now = await mcp.call<{ status: string }>('coder_get_workspace', { workspace_id: workspace });
      if (now.status === 'failed') throw new Error(`the ${to} failed`);
      return now.status === status;
    }, 30_000);
  };
  await transition('stop', 'stopped');
  const refused = await mcp.fail('coder_workspace_read_file', { workspace, path: '~/notes/hello.txt' });
  expect(refused).toContain('is stopped');
  await transition('start', 'running');
  const kept = await mcp.call<BashResult>('coder_workspace_bash', {
    workspace,
    command: 'cat ~/notes/hello.txt',
  });
  expect(kept.output).toContain('workspace');
}
