import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { tools } from '@coder/tools';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const entry = fileURLToPath(new URL('../testing/mcp-main.ts', import.meta.url));
const at = '2026-01-02T03:04:05Z';
const user = {
  id: 'c0000000-0000-4000-8000-000000000001',
  username: 'ada',
  name: '',
  avatar_url: '',
  email: 'ada@example.com',
  created_at: at,
  updated_at: at,
  last_seen_at: at,
  status: 'active',
  login_type: 'password',
  organization_ids: [],
  roles: [],
};
const key = (scopes: string[]) => ({
  id: 'narrow1234',
  user_id: user.id,
  last_used: at,
  expires_at: at,
  created_at: at,
  updated_at: at,
  login_type: 'token',
  scope: 'all',
  scopes,
  token_name: 'x',
  lifetime_seconds: 1,
  allow_list: ['*:*'],
});

/** A deployment that knows who asks: `whole…` may do everything, `narrow…` may read workspaces, others are nobody. */
function answer(path: string, token: string): [status: number, body: unknown] {
  if (!/^(whole|narrow)/.test(token))
    return [401, { message: 'You are signed out.', code: 'UNAUTHENTICATED' }];
  if (path === '/api/v2/users/me') return [200, user];
  if (path.startsWith('/api/v2/users/me/keys/')) {
    return [200, key(token.startsWith('whole') ? ['coder:all'] : ['workspace:read'])];
  }
  if (path === '/api/v2/workspaces') return [200, { workspaces: [], count: 0 }];
  return [404, { message: 'Route not found.', code: 'NOT_FOUND' }];
}

let deployment: Server;
let url: string;
beforeAll(async () => {
  deployment = createServer((request, response) => {
    const [status, body] = answer(
      new URL(request.url ?? '/', 'http://x').pathname,
      String(request.headers['coder-session-token'] ?? ''),
    );
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  deployment.listen(0, '127.0.0.1');
  await once(deployment, 'listening');
  url = `http://127.0.0.1:${(deployment.address() as AddressInfo).port}`;
});
afterAll(() => deployment.close());

const environment = (token: string | undefined): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  HOME: '/nonexistent',
  CODER_URL: url,
  ...(token === undefined ? {} : { CODER_SESSION_TOKEN: token }),
});

async function connect(
  mode: 'legacy' | 'auto',
  token: string,
  args: string[] = [],
  env: Record<string, string> = {},
) {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [entry, 'server', ...args],
    env: { ...environment(token), ...env },
    stderr: 'pipe',
  });
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  await client.connect(transport);
  return client;
}

const namesOf = async (client: Client) => (await client.listTools()).tools.map((tool) => tool.name);

/** Runs the server without a client and waits for its end. */
async function run(args: string[], token?: string) {
  const child: ChildProcess = spawn(process.execPath, [entry, 'server', ...args], {
    env: environment(token),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (data: Buffer) => {
    stdout += data.toString();
  });
  child.stderr?.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  child.stdin?.end();
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
}

describe('coder exp mcp server', () => {
  it.each(['legacy', 'auto'] as const)('serves a client of the %s era', async (mode) => {
    const client = await connect(mode, 'whole12345-secret');
    try {
      expect(await namesOf(client)).toEqual(
        tools.filter(({ toolsets }) => toolsets.includes('standard')).map(({ name }) => name),
      );
      expect(client.getServerVersion()?.name).toBe('Coder Agent');
      expect(client.getInstructions()).toContain('Coder MCP Server');
      const result = await client.callTool({ name: 'coder_get_authenticated_user', arguments: {} });
      expect(result.structuredContent).toMatchObject({ username: 'ada' });
    } finally {
      await client.close();
    }
  });

  it('lists for a narrow token only what it may use', async () => {
    const client = await connect('auto', 'narrow1234-secret');
    try {
      const names = (await client.listTools()).tools.map((tool) => tool.name);
      expect(names).toContain('coder_list_workspaces');
      expect(names).not.toContain('coder_workspace_bash');
      const refused = await client.callTool({
        name: 'coder_workspace_bash',
        arguments: { workspace: 'x', command: 'true' },
      });
      expect(refused.isError).toBe(true);
      expect(JSON.stringify(refused.content)).toContain('workspace:ssh');
    } finally {
      await client.close();
    }
  });

  it('offers only the allowed tools, with the given instructions', async () => {
    const client = await connect('legacy', 'whole12345-secret', [
      '--allowed-tools=coder_list_workspaces,coder_workspace_bash',
      '--instructions=Be brief.',
    ]);
    try {
      expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual([
        'coder_list_workspaces',
        'coder_workspace_bash',
      ]);
      expect(client.getInstructions()).toBe('Be brief.');
    } finally {
      await client.close();
    }
  });

  it.each([
    [['--toolsets=workspace', '--readonly'], {}],
    [['--readonly=true'], { CODER_MCP_TOOLSETS: 'workspace' }],
    [[], { CODER_MCP_TOOLSETS: 'workspace', CODER_MCP_READONLY: 'true' }],
  ])('is narrowed by %j and %j', async (args, env) => {
    const client = await connect('auto', 'whole12345-secret', args, env);
    try {
      const expected = tools.filter(
        (tool) => tool.toolsets.includes('workspace') && tool.annotations.readOnlyHint,
      );
      expect(await namesOf(client)).toEqual(expected.map(({ name }) => name));
      expect(client.getInstructions()).not.toContain('coder_workspace_bash');
    } finally {
      await client.close();
    }
  });

  it.each([
    [['--tools=coder_list_workspaces'], {}],
    [[], { CODER_MCP_TOOLS: 'coder_list_workspaces' }],
    [[], { CODER_MCP_ALLOWED_TOOLS: 'coder_list_workspaces' }],
  ])('is narrowed to certain tools by %j and %j, also for a narrow token', async (args, env) => {
    const client = await connect('auto', 'narrow1234-secret', args, env);
    try {
      expect(await namesOf(client)).toEqual(['coder_list_workspaces']);
      const refused = await client.callTool({ name: 'coder_get_workspace', arguments: { workspace: 'x' } });
      expect(JSON.stringify(refused.content)).toContain('narrowed to');
    } finally {
      await client.close();
    }
  });

  it('leaves tools out by --exclude-tools', async () => {
    const client = await connect('auto', 'whole12345-secret', ['--exclude-tools=coder_workspace_bash']);
    try {
      const names = await namesOf(client);
      expect(names).toContain('coder_workspace_execute');
      expect(names).not.toContain('coder_workspace_bash');
    } finally {
      await client.close();
    }
  });

  it('writes nothing but MCP to standard output, and what is for people to standard error', async () => {
    const { code, stdout, stderr } = await run(['--app-status-slug=x'], 'whole12345-secret');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('Authentication    Successful');
    expect(stderr).toContain('does not report task status');
  });

  it('ends at once when the client closes its input, since the client waits for that', async () => {
    const child = spawn(process.execPath, [entry, 'server'], { env: environment('whole12345-secret') });
    let said = '';
    for await (const part of child.stderr) {
      said += String(part);
      if (said.includes('Press Ctrl+C')) break;
    }
    const closed = performance.now();
    child.stdin.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
    // The library's client sends SIGTERM after two seconds.
    expect(performance.now() - closed).toBeLessThan(1_900);
  });

  it.each([
    [[], undefined, 'You are not logged in. Try logging in using "coder login <url>".'],
    [[], 'nobody1234-secret', 'Sign in with "coder login'],
    [['--allowed-tools=coder_workspace_bsh'], 'whole12345-secret', 'Did you mean coder_workspace_bash?'],
    [['--toolset=all'], 'whole12345-secret', 'Invalid toolset: all. Use one of: standard,'],
    [['--exclude-tools=x'], 'whole12345-secret', 'Unknown tool in --exclude-tools: x. Known tools:'],
    [['--readonly=perhaps'], 'whole12345-secret', '--readonly is "perhaps". It must be true or false.'],
    [
      ['--tools=coder_workspace_bash', '--allowed-tools=coder_workspace_bash'],
      'whole12345-secret',
      'Give one of them.',
    ],
  ])('ends with a sentence and exit code 1 for %j as %s', async (args, token, message) => {
    const { code, stdout, stderr } = await run(args, token);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
  });
});
