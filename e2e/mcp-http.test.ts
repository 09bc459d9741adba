import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MCP_PATH } from '@coder/api';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDeployment, type Deployment } from './harness/deployment.ts';
import { connectHttp } from './harness/mcp.ts';
import { starter } from './harness/templates.ts';
import { verifies } from './requirements.ts';

let deployment: Deployment;
let mcp: string;

beforeAll(async () => {
  deployment = await createDeployment();
  mcp = deployment.url + MCP_PATH;
  await starter(deployment, 'local');
  const created = await deployment.coder(['create', 'web', '--template', 'local', '--yes']);
  if (created.code !== 0) throw new Error(created.stderr);
}, 90_000);

afterAll(() => deployment?.[Symbol.asyncDispose](), 60_000);

const bearer = () => ({ authorization: `Bearer ${deployment.token}` });

test(verifies('mcp.curl'), async () => {
  const head = await fetch(mcp, { method: 'HEAD', headers: bearer() });
  expect(head.status).toBe(200);
  const status = (await (await fetch(mcp, { headers: bearer() })).json()) as Record<string, unknown>;
  expect(status).toMatchObject({ name: 'Coder', version: expect.stringMatching(/^v\d/) });
  expect(JSON.stringify(status)).toContain('ada');
  expect(JSON.stringify(status)).toContain('readonly');
});

test(verifies('mcp.unauthorized'), async () => {
  for (const headers of [
    {},
    { authorization: 'Bearer nonsense' },
    { 'coder-session-token': 'aaaaaaaaaa-bbbbbbbbbbbbbbbbbbbbbb' },
  ]) {
    const refused = await fetch(mcp, {
      method: 'POST',
      headers: headers as Record<string, string>,
      body: '{}',
    });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain(
      `resource_metadata="${deployment.url}/.well-known/oauth-protected-resource`,
    );
  }
});

test(verifies('mcp.rest'), async () => {
  const listed = (await (await fetch(`${mcp}/workspaces`, { headers: bearer() })).json()) as unknown;
  expect(JSON.stringify(listed)).toContain('"web"');
  const { workspaces } = await deployment.client.workspaces.list({ q: 'name:web' });
  for (const ref of ['web', workspaces[0]?.id]) {
    const executed = await fetch(`${mcp}/workspaces/${ref}/execute`, {
      method: 'POST',
      headers: { ...bearer(), 'content-type': 'application/json' },
      body: JSON.stringify({ command: 'echo $((6*7)); exit 3' }),
    });
    expect(await executed.json()).toMatchObject({ output: '42', exit_code: 3 });
  }
  const missing = await fetch(`${mcp}/workspaces/nowhere/execute`, {
    method: 'POST',
    headers: { ...bearer(), 'content-type': 'application/json' },
    body: JSON.stringify({ command: 'true' }),
  });
  expect(missing.status).toBe(404);
});

test(verifies('mcp.toolsets'), async () => {
  const names = async (toolset: string) => {
    await using client = await connectHttp(deployment.url, deployment.token, 'modern', `?toolset=${toolset}`);
    return (await client.client.listTools()).tools;
  };
  const standard = await names('standard');
  const readonly = await names('readonly');
  expect(readonly.length).toBeGreaterThan(0);
  expect(readonly.length).toBeLessThan(standard.length);
  expect(readonly.every((tool) => tool.annotations?.readOnlyHint === true)).toBe(true);
  expect((await names('workspace')).map((t) => t.name)).toContain('coder_workspace_bash');
  expect((await names('chatgpt')).map((t) => t.name).sort()).toEqual(['fetch', 'search']);
  const unknown = await fetch(`${mcp}?toolset=everything`, { method: 'POST', headers: bearer(), body: '{}' });
  expect(unknown.status).toBe(400);
  expect(await unknown.text()).toContain('Invalid toolset: everything');
});

test(verifies('mcp.narrowing'), async () => {
  const connect = (headers: Record<string, string>) =>
    connectHttp(deployment.url, deployment.token, 'modern', '?toolset=workspace', undefined, headers);
  const names = async (headers: Record<string, string>) => {
    await using client = await connect(headers);
    return (await client.client.listTools()).tools.map((tool) => tool.name);
  };
  const all = await names({});
  expect(await names({ 'X-MCP-Toolsets': 'standard,readonly' })).toEqual(all);
  expect(await names({ 'X-MCP-Exclude-Tools': 'coder_workspace_bash' })).toEqual(
    all.filter((name) => name !== 'coder_workspace_bash'),
  );
  const readonly = { 'X-MCP-Readonly': 'true' };
  expect(await names(readonly)).not.toContain('coder_workspace_write_file');
  await using client = await connect(readonly);
  expect(client.client.getInstructions()).not.toContain('coder_workspace_bash');
  const refused = await client.fail('coder_workspace_bash', { workspace: 'web', command: 'true' });
  expect(refused).toContain('narrowed to');
  const wrong = await fetch(mcp, { headers: { ...bearer(), 'X-MCP-Tools': 'coder_workspace_bsh' } });
  expect(wrong.status).toBe(400);
  expect(await wrong.text()).toContain('Did you mean coder_workspace_bash?');
});

/** The database that the server brings. */
async function database() {
  const folder = join(deployment.home, 'data', 'postgres');
  const password = readFileSync(join(folder, 'password'), 'utf8').trim();
  const client = new Client({ host: join(folder, 'socket'), user: 'coder', database: 'coder', password });
  await client.connect();
  return client;
}

test(verifies('mcp.command-row'), { timeout: 60_000 }, async () => {
  await using client = await connectHttp(deployment.url, deployment.token, 'modern');
  const run = (command: string) =>
    client.call<{ exit_code: number }>('coder_workspace_bash', { workspace: 'web', command });
  const hasRun = async () =>
    JSON.stringify(await client.call('coder_workspace_ls', { workspace: 'web', path: '~' })).includes(
      'has-run',
    );
  // A shell waits for the next.
  await run('true');
  const sql = await database();
  try {
    await sql.query('begin');
    await sql.query('lock table audit_logs in access exclusive mode');
    const held = run('touch ~/has-run');
    await expect
      .poll(async () => (await sql.query('select from pg_locks where not granted')).rows.length)
      .toBeGreaterThan(0);
    expect(await hasRun()).toBe(false);
    await sql.query('commit');
    expect((await held).exit_code).toBe(0);
    expect(await hasRun()).toBe(true);

    await run('rm ~/has-run');
    await sql.query('alter table audit_logs rename to audit_logs_away');
    const refused = await client
      .fail('coder_workspace_bash', { workspace: 'web', command: 'touch ~/has-run' })
      .finally(() => sql.query('alter table audit_logs_away rename to audit_logs'));
    expect(refused).toContain('The audit log cannot be written now, so nothing was done.');
    expect(await hasRun()).toBe(false);
  } finally {
    await sql.end();
  }
});

test(verifies('mcp.output-order'), { timeout: 60_000 }, async () => {
  await using client = await connectHttp(deployment.url, deployment.token, 'modern');
  // The first is forked when it comes, the others have a shell that waits for them.
  for (let i = 0; i < 3; i += 1) {
    const { output } = await client.call<{ output: string }>('coder_workspace_bash', {
      workspace: 'web',
      command: 'set -x; echo one; echo two >&2; ls /nowhere; echo three',
    });
    expect(output.split('\n')).toEqual([
      '+ echo one',
      'one',
      '+ echo two',
      'two',
      '+ ls /nowhere',
      expect.stringContaining('No such file'),
      '+ echo three',
      'three',
    ]);
  }
});

test(verifies('mcp.left-running'), { timeout: 60_000 }, async () => {
  await using client = await connectHttp(deployment.url, deployment.token, 'modern');
  const web = { workspace: 'web' };
  const { process_id, exit_code, note } = await client.call<Record<string, unknown>>('coder_workspace_bash', {
    ...web,
    command: 'sleep 1000 &',
  });
  expect(exit_code).toBe(0);
  expect(note).toContain(`process_id "${process_id}"`);
  const running = async () =>
    (
      await client.call<{ processes: object[] }>('coder_workspace_process_list', { ...web, state: 'running' })
    ).processes.filter((process) => 'process_id' in process && process.process_id === process_id);
  expect(await running()).toMatchObject([{ running: false, left_running: true }]);
  await client.call('coder_workspace_process_signal', { ...web, process_id, signal: 'kill' });
  expect(await running()).toEqual([]);
});

test(verifies('mcp.timeout'), { timeout: 60_000 }, async () => {
  await using client = await connectHttp(deployment.url, deployment.token, 'modern');
  const result = await client.call<{ output: string; exit_code: number }>('coder_workspace_bash', {
    workspace: 'web',
    command: 'echo kept; (setsid sleep 1234567 &) ; sleep 1234567',
    timeout_ms: 500,
  });
  expect(result.exit_code).toBe(124);
  expect(result.output).toContain('kept');
  const left = await client.call<{ output: string }>('coder_workspace_bash', {
    workspace: 'web',
    command: 'pgrep -c -f "^sleep 1234567" || true',
  });
  expect(left.output.trim()).toBe('0');
});

test(verifies('mcp.large-output'), { timeout: 60_000 }, async () => {
  await using client = await connectHttp(deployment.url, deployment.token, 'modern');
  const result = await client.call<{ output: string; process_id: string }>('coder_workspace_bash', {
    workspace: 'web',
    command: 'seq 1 1000000',
  });
  expect(result.output.length).toBeLessThan(40_000);
  expect(result.output).toContain('1000000');
  let whole = '';
  for (let after: number | undefined = 0; after !== undefined; ) {
    const next: { output: string; next_after?: number } = await client.call(
      'coder_workspace_process_output',
      {
        workspace: 'web',
        process_id: result.process_id,
        after,
        limit: 1_000_000,
      },
    );
    whole += next.output;
    after = next.next_after;
  }
  expect(whole.split('\n').filter(Boolean).length).toBe(1_000_000);
});

test(verifies('mcp.port'), { timeout: 60_000 }, async () => {
  await using client = await connectHttp(deployment.url, deployment.token, 'modern');
  await client.call('coder_workspace_write_file', {
    workspace: 'web',
    path: '~/serve.cjs',
    content:
      "require('node:http').createServer((q, s) => s.end('hi')).listen(18123, '127.0.0.1', () => console.log('up'))",
  });
  const server = await client.call<{ background_process_id: string }>('coder_workspace_execute', {
    workspace: 'web',
    command: 'node ~/serve.cjs',
    run_in_background: true,
  });
  await client.call('coder_workspace_process_output', {
    workspace: 'web',
    process_id: server.background_process_id,
    wait_timeout: '10s',
  });
  const agent = (await deployment.client.workspaces.getByName({ user: 'me', name: 'web' })).latest_build
    .resources[0]?.agents?.[0];
  const { ports } = await deployment.client.agents.listeningPorts({ agent: agent?.id ?? '' });
  expect(ports.map((p) => p.port)).toContain(18123);
  const { url } = await client.call<{ url: string }>('coder_workspace_port_forward', {
    workspace: 'web',
    port: 18123,
  });
  expect(await (await fetch(url, { headers: bearer() })).text()).toBe('hi');
  const nobody = await fetch(url.replace('18123', '18124'), { headers: bearer() });
  expect([nobody.status, await nobody.text()]).toEqual([502, expect.stringContaining('18124')]);
});

test(verifies('mcp.experiments'), { timeout: 60_000 }, async () => {
  await using closed = await createDeployment({ env: { CODER_EXPERIMENTS: 'oauth2' } });
  const refused = await fetch(closed.url + MCP_PATH, {
    headers: { authorization: `Bearer ${closed.token}` },
  });
  expect(refused.status).toBe(403);
  expect(await refused.text()).toContain('mcp-server-http');
});

test(verifies('mcp.limits'), { timeout: 60_000 }, async () => {
  await using narrow = await createDeployment({
    env: { CODER_MCP_HTTP_RATE_LIMIT: '3', CODER_MCP_HTTP_MAX_REQUESTS: '2', CODER_MCP_HTTP_TIMEOUT: '120s' },
  });
  await starter(narrow, 'local');
  expect((await narrow.coder(['create', 'web', '--template', 'local', '--yes'])).code).toBe(0);
  const headers = { authorization: `Bearer ${narrow.token}`, 'content-type': 'application/json' };
  const execute = () =>
    fetch(`${narrow.url}${MCP_PATH}/workspaces/web/execute`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ command: 'sleep 2' }),
    });
  const all = await Promise.all([execute(), execute(), execute()]);
  expect(all.map((r) => r.status).sort()).toEqual([200, 200, 503]);
  const many = await Promise.all(Array.from({ length: 10 }, () => fetch(narrow.url + MCP_PATH, { headers })));
  const refused = [...all, ...many].filter((r) => r.status === 429 || r.status === 503);
  expect(refused.map((r) => r.status)).toContain(429);
  for (const response of refused) expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
});

test(verifies('tokens.narrow'), { timeout: 60_000 }, async () => {
  const other = await deployment.coder(['create', 'other', '--template', 'local', '--yes']);
  expect(other.code, other.stderr).toBe(0);
  const made = await deployment.coder([
    'tokens',
    'create',
    '--name',
    'look-only',
    '--scope',
    'workspace:read',
    '--allow',
    'workspace:web',
  ]);
  const token = made.stdout.trim();
  await using client = await connectHttp(deployment.url, token, 'modern');
  const names = (await client.client.listTools()).tools.map((tool) => tool.name);
  expect(names).toContain('coder_list_workspaces');
  expect(names).not.toContain('coder_workspace_bash');
  expect(names).not.toContain('coder_create_workspace');
  const listed = JSON.stringify(await client.call('coder_list_workspaces', {}));
  expect(listed).toContain('web');
  expect(listed).not.toContain('other');
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const execute = await fetch(`${mcp}/workspaces/web/execute`, {
    method: 'POST',
    headers,
    body: '{"command":"true"}',
  });
  expect(execute.status).toBe(403);
  expect(await execute.text()).toContain('workspace:ssh');
  const hidden = await fetch(`${deployment.url}/api/v2/users/me/workspace/other`, { headers });
  expect(hidden.status).toBe(404);
});
