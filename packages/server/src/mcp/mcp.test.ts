import { MCP_PATH, suggestedScopes } from '@coder/api';
import { tools } from '@coder/tools';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describe, expect, it } from 'vitest';
import { accessUrl, type MountedMcp, mountMcp } from './testing/mount-mcp.ts';

const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const whole = { authorization: 'Bearer whole' };

async function connect(
  mcp: MountedMcp,
  mode: 'legacy' | 'auto',
  options: { token?: string; query?: string; headers?: Record<string, string> } = {},
) {
  const { token = 'whole', query = '', headers = {} } = options;
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${accessUrl}${MCP_PATH}${query}`), {
      fetch: async (url, init) => mcp.app.fetch(new Request(url, init)),
      requestInit: { headers: { ...headers, authorization: `Bearer ${token}` } },
    }),
  );
  return client;
}
const namesOf = async (client: Client) => (await client.listTools()).tools.map((tool) => tool.name);

const call = (name: string, args: unknown = {}, meta?: unknown) => ({
  method: 'POST',
  headers: { ...json, ...whole },
  body: JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name, arguments: args, ...(meta === undefined ? {} : { _meta: meta }) },
  }),
});

describe.each(['legacy', 'auto'] as const)('a client of the %s era', (mode) => {
  it('lists and calls tools, reads resources and prompts', async () => {
    const mcp = mountMcp();
    const client = await connect(mcp, mode);
    expect(client.getServerVersion()).toMatchObject({ name: 'Coder', version: 'v1.2.3' });
    expect(client.getInstructions()).toContain(
      'Coder MCP Server providing workspace and template management',
    );
    expect(await namesOf(client)).toEqual(
      tools.filter(({ toolsets }) => toolsets.includes('standard')).map(({ name }) => name),
    );
    const result = await client.callTool({ name: 'coder_get_authenticated_user', arguments: {} });
    expect(result.structuredContent).toMatchObject({ username: 'ada' });
    expect((await client.listResources()).resources.map((one) => one.uri)).toEqual([
      'coder://workspaces',
      'coder://templates/guide',
    ]);
    const read = await client.readResource({ uri: 'coder://workspaces' });
    expect(read.contents[0]).toMatchObject({ text: '{"workspaces":[],"count":0}' });
    await expect(client.readResource({ uri: 'workspace://me/none' })).rejects.toThrow();
    const prompt = await client.getPrompt({ name: 'work_in_workspace', arguments: { task: 'fix it' } });
    expect(JSON.stringify(prompt.messages)).toContain('fix it');
    await client.close();
  });

  it('gets for each toolset its own tools', async () => {
    const mcp = mountMcp();
    const chatgpt = await connect(mcp, mode, { query: '?toolset=chatgpt' });
    expect((await chatgpt.listTools()).tools.map((tool) => tool.name)).toEqual(['search', 'fetch']);
    expect(chatgpt.getServerCapabilities()).not.toHaveProperty('resources');
    const refused = await chatgpt.callTool({
      name: 'coder_workspace_bash',
      arguments: { workspace: 'x', command: 'true' },
    });
    expect(refused.isError).toBe(true);
    expect(JSON.stringify(refused.content)).toContain('not in the toolset chatgpt');
    const readonly = await connect(mcp, mode, { query: '?toolset=readonly' });
    const { tools } = await readonly.listTools();
    expect(tools.every((tool) => tool.annotations?.readOnlyHint)).toBe(true);
  });

  it('is narrowed by headers, and never widened', async () => {
    const mcp = mountMcp();
    const few = await connect(mcp, mode, {
      headers: { 'X-MCP-Toolsets': 'workspace', 'X-MCP-Readonly': 'true' },
    });
    const names = await namesOf(few);
    expect(names).toContain('coder_workspace_ls');
    expect(names).not.toContain('coder_workspace_metrics');
    expect(names).not.toContain('coder_workspace_bash');
    expect(few.getInstructions()).not.toContain('coder_workspace_bash');
    const readonly = { query: '?toolset=readonly', headers: { 'X-MCP-Toolsets': 'standard' } };
    expect(await namesOf(await connect(mcp, mode, readonly))).toEqual(
      await namesOf(await connect(mcp, mode, { query: '?toolset=readonly' })),
    );
    const headers = { 'X-MCP-Tools': 'coder_list_workspaces, coder_workspace_bash' };
    const two = await connect(mcp, mode, { headers });
    expect(await namesOf(two)).toEqual(['coder_list_workspaces', 'coder_workspace_bash']);
    expect(two.getServerCapabilities()).not.toHaveProperty('resources');
    const without = await connect(mcp, mode, { headers: { 'X-MCP-Exclude-Tools': 'coder_workspace_bash' } });
    expect(await namesOf(without)).not.toContain('coder_workspace_bash');
  });

  it.each(['whole', 'narrow'])(
    'cannot call with a %s token what it was narrowed away from',
    async (token) => {
      const client = await connect(mountMcp(), mode, {
        token,
        headers: { 'X-MCP-Tools': 'coder_list_workspaces' },
      });
      const refused = await client.callTool({ name: 'coder_get_workspace', arguments: { workspace: 'x' } });
      expect(refused.isError).toBe(true);
      expect(JSON.stringify(refused.content)).toContain(
        'not among the tools that this connection is narrowed to',
      );
    },
  );

  it('is not shown what its token may not use, and is told the scope when it calls it', async () => {
    const mcp = mountMcp();
    const client = await connect(mcp, mode, { token: 'narrow' });
    const names = (await client.listTools()).tools.map((tool) => tool.name);
    expect(names).toContain('coder_list_workspaces');
    expect(names).not.toContain('coder_workspace_bash');
    const refused = await client.callTool({
      name: 'coder_workspace_bash',
      arguments: { workspace: 'x', command: 'true' },
    });
    expect(refused).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('lacks the scope workspace:ssh') }],
    });
  });

  it('is told of a tool that does not exist, with the nearest that does', async () => {
    const client = await connect(mountMcp(), mode);
    await expect(client.callTool({ name: 'coder_workspace_bsh', arguments: {} })).rejects.toThrow(
      /Unknown tool: coder_workspace_bsh. Did you mean coder_workspace_bash\?/,
    );
  });
});

describe('the gate', () => {
  it.each([
    [[], 'the experiments oauth2 and mcp-server-http are off'],
    [['oauth2'], 'the experiment mcp-server-http is off'],
  ])('says with the experiments %j what to set', async (experiments, message) => {
    const response = await mountMcp({ experiments: new Set(experiments) }).request();
    expect(response.status).toBe(403);
    const body = (await response.json()) as { message: string; detail: string };
    expect(body.message).toContain(message);
    expect(body.detail).toContain('CODER_EXPERIMENTS="oauth2,mcp-server-http"');
  });

  it.each([
    ['no token', {}],
    ['a wrong token', { authorization: 'Bearer nobody' }],
    ['a token in a cookie', { cookie: 'coder_session_token=whole' }],
  ])('challenges %s', async (_, headers) => {
    const mcp = mountMcp();
    const init = { ...call('coder_get_authenticated_user'), headers: { ...json, ...headers } };
    const response = await mcp.request('', init);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer realm="coder", error="invalid_token", error_description="The access token is invalid", scope="${suggestedScopes.join(' ')}", resource_metadata="${accessUrl}/.well-known/oauth-protected-resource/api/experimental/mcp/http"`,
    );
  });

  it('does not take a token from the query', async () => {
    const response = await mountMcp().request('?coder_session_token=whole', { headers: {} });
    expect(response.status).toBe(401);
  });

  it("takes upstream's header as well", async () => {
    const response = await mountMcp().request('', { headers: { 'Coder-Session-Token': 'whole' } });
    expect(response.status).toBe(200);
  });

  it.each([
    ['evil.example.net', {}, 403],
    ['coder.example.com', {}, 200],
    ['localhost:3000', {}, 200],
    ['[::1]:3000', {}, 200],
    ['8080--main--web--ada.apps.example.com', {}, 200],
    ['10.0.0.5:3000', {}, 403],
    ['10.0.0.5:3000', { listenHost: '0.0.0.0' }, 200],
    ['evil.example.net', { listenHost: '0.0.0.0' }, 403],
    ['', {}, 403],
  ])('answers the host %j (%j) with %d', async (host, options, status) => {
    const response = await mountMcp(options).request('', { headers: { ...whole, host } });
    expect(response.status).toBe(status);
  });

  const listed = { allowedOrigins: ['https://inspector.example.net'] };
  const here = { accessUrl: 'http://127.0.0.1:3000' };
  it.each([
    ['https://evil.example.net', here, 403],
    ['https://evil.example.net', listed, 403],
    ['https://inspector.example.net', {}, 200],
    ['https://inspector.example.net', listed, 200],
    ['null', {}, 403],
    [accessUrl, listed, 200],
    ['http://localhost:6274', here, 200],
  ])('answers a page of %s (%j) with %d', async (origin, options, status) => {
    const host = 'accessUrl' in options ? { host: '127.0.0.1:3000' } : {};
    const response = await mountMcp(options).request('', { headers: { ...whole, ...host, origin } });
    expect(response.status).toBe(status);
    if (status === 200) expect(response.headers.get('access-control-allow-origin')).toBe(origin);
  });

  it('answers a preflight without a token', async () => {
    const response = await mountMcp().request('', {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:6274', 'access-control-request-method': 'POST' },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-headers')).toContain('Mcp-Method');
  });

  it('refuses an empty toolset, also after a request that named none', async () => {
    const mcp = mountMcp();
    expect((await mcp.request()).status).toBe(200);
    expect((await mcp.request('?toolset=')).status).toBe(400);
  });

  it.each([
    ['?toolset=standard&toolset=readonly', {}, 'The query parameter "toolset" is given 2 times.', 'once'],
    ['?Toolset=readonly', {}, 'There is no query parameter "Toolset" here.', 'Use "toolset"'],
    ['?toolset[]=readonly', {}, 'There is no query parameter "toolset[]" here.', 'Use "toolset"'],
    [
      '/workspaces?limt=1',
      {},
      'There is no query parameter "limt" here.',
      '"toolset", "q", "limit", "offset"',
    ],
    ['', { 'X-MCP-Tools': '' }, 'X-MCP-Tools is empty.', 'leave the header out'],
    ['', { 'X-MCP-Readonly': ' ' }, 'X-MCP-Readonly is empty.', 'leave the header out'],
  ])('refuses to overlook what was to narrow it: %s %j', async (query, headers, message, detail) => {
    const mcp = mountMcp();
    expect((await mcp.request()).status).toBe(200);
    const response = await mcp.request(query, { headers: { ...whole, ...headers } });
    expect([response.status, await response.json()]).toEqual([
      400,
      expect.objectContaining({ message, detail: expect.stringContaining(detail) }),
    ]);
  });

  it.each(['', '/workspaces'])('refuses an unknown toolset at %j, naming the known', async () => {
    const response = await mountMcp().request('?toolset=all');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      message: 'Invalid toolset: all',
      detail: 'Use one of: standard, workspace, readonly, chatgpt.',
    });
  });

  it.each([
    [
      { 'X-MCP-Tools': 'coder_workspace_bsh' },
      'Unknown tool in X-MCP-Tools: coder_workspace_bsh',
      'Did you mean',
    ],
    [{ 'X-MCP-Exclude-Tools': 'zzz' }, 'Unknown tool in X-MCP-Exclude-Tools: zzz', 'Known tools: coder_list'],
    [{ 'X-MCP-Toolsets': 'read' }, 'Invalid toolset in X-MCP-Toolsets: read', 'Use one of: standard'],
    [{ 'X-MCP-Tools': 'search' }, 'The tool search in X-MCP-Tools is not in the toolset standard', 'chatgpt'],
    [{ 'X-MCP-Readonly': 'perhaps' }, 'X-MCP-Readonly is "perhaps"', 'true or false'],
    [{ 'X-MCP-Toolsets': 'chatgpt' }, 'No tool of the toolset standard is left', 'another toolset'],
    [{ 'X-MCP-Tools': 'x'.repeat(9_000) }, 'X-MCP-Tools is longer than 8192 characters.', ''],
  ])('refuses the headers %j with 400 and what would do', async (headers, message, detail) => {
    const mcp = mountMcp();
    for (const method of ['GET', 'POST']) {
      const response = await mcp.request('', {
        method,
        headers: { ...json, ...whole, accept: 'application/json', ...(headers as Record<string, string>) },
        ...(method === 'POST' ? { body: '{}' } : {}),
      });
      expect(response.status).toBe(400);
      const body = (await response.json()) as { message: string; detail?: string };
      expect(body.message).toContain(message);
      expect(body.detail ?? '').toContain(detail);
    }
  });

  it('narrows what stands beside MCP by the same headers', async () => {
    const mcp = mountMcp();
    const headers = { ...json, ...whole, 'X-MCP-Readonly': 'true' };
    expect((await mcp.request('/workspaces', { headers })).status).toBe(200);
    const execute = await mcp.request('/workspaces/running/execute', {
      method: 'POST',
      headers,
      body: JSON.stringify({ command: 'true' }),
    });
    expect(execute.status).toBe(403);
    expect(await execute.text()).toContain('coder_workspace_bash');
    expect(mcp.commands).toEqual([]);
  });

  it('lets a page send the headers that narrow', async () => {
    const response = await mountMcp().request('', {
      method: 'OPTIONS',
      headers: {
        origin: 'https://anywhere.example.net',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-mcp-tools,x-mcp-readonly',
      },
    });
    const allowed = response.headers.get('access-control-allow-headers') ?? '';
    for (const name of ['X-MCP-Toolsets', 'X-MCP-Tools', 'X-MCP-Exclude-Tools', 'X-MCP-Readonly']) {
      expect(allowed).toContain(name);
    }
  });

  it('lets a user send so many a second and no more', async () => {
    const mcp = mountMcp({ settings: { timeoutMs: 1_000, maxRequests: 100, rateLimit: 2 } });
    const statuses = [await mcp.request(), await mcp.request(), await mcp.request()].map((one) => one.status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await mcp.request()).headers.get('retry-after')).toBe('1');
    mcp.clock.advance(1_000);
    expect((await mcp.request()).status).toBe(200);
  });

  it('answers 503 beyond so many at once, and serves again when one has ended', async () => {
    const mcp = mountMcp({ settings: { timeoutMs: 5_000, maxRequests: 1, rateLimit: 0 } });
    const release = mcp.holdCommands();
    const first = mcp.request('', call('coder_get_workspace', { workspace_id: 'web' }));
    await expect.poll(() => mcp.authentications()).toBe(1);
    const second = await mcp.request('', call('coder_get_authenticated_user'));
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, '1']);
    release();
    expect((await first).status).toBe(200);
    expect((await mcp.request('', call('coder_get_authenticated_user'))).status).toBe(200);
  });
});

describe('what a client may keep of a list', () => {
  it.each([
    ['whole', 60_000],
    // The same client may come back with more scopes the next moment.
    ['narrow', 0],
  ])('with a %s token is %d ms old at most', async (token, ttlMs) => {
    const client = await connect(mountMcp(), 'auto', { token });
    expect(await client.listTools()).toMatchObject({ ttlMs, cacheScope: 'private' });
    expect(await client.listResources()).toMatchObject({ ttlMs, cacheScope: 'private' });
    await client.close();
  });
});

describe('a batch', () => {
  const batch = (count: number, headers = {}) => {
    const { body, ...init } = call('coder_list_workspaces');
    const messages = Array.from({ length: count }, (_, id) => ({ ...JSON.parse(body), id }));
    return { ...init, headers: { ...init.headers, ...headers }, body: JSON.stringify(messages) };
  };

  it('is taken in the revision that has batches, and each of its calls counts', async () => {
    const mcp = mountMcp({ settings: { timeoutMs: 1_000, maxRequests: 3, rateLimit: 8 } });
    const answers = (await (await mcp.request('', batch(3))).json()) as unknown[];
    expect(answers).toHaveLength(3);
    const tooManyAtOnce = await mcp.request('', batch(4));
    expect(tooManyAtOnce.status).toBe(503);
    // Seven of eight were counted; the places of the refused one are free again.
    const tooFast = await mcp.request('', batch(2));
    expect(tooFast.status).toBe(429);
    mcp.clock.advance(1_000);
    expect((await mcp.request('', batch(3))).status).toBe(200);
  });

  it.each(['2025-06-18', '2025-11-25', '2026-07-28'])('is refused in %s, which has none', async (version) => {
    const mcp = mountMcp();
    const response = await mcp.request('', batch(2, { 'mcp-protocol-version': version }));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: -32_600, message: expect.stringContaining('no batches') },
    });
    expect(mcp.audited).toEqual([]);
  });
});

describe('a call', () => {
  it('is authenticated once', async () => {
    const mcp = mountMcp();
    await mcp.request('', call('coder_get_authenticated_user'));
    expect(mcp.authentications()).toBe(1);
  });

  it('is audited with its tool, workspace, digest, key and result', async () => {
    const mcp = mountMcp();
    await mcp.request('', call('coder_workspace_bash', { workspace: 'web', command: 'echo secret' }));
    const row = mcp.audited.find((one) => one.entry.resourceType === 'mcp_tool');
    expect(row?.entry).toMatchObject({
      action: 'execute',
      description: 'tools/call coder_workspace_bash',
      apiKeyId: 'testtest01',
      username: 'someone',
    });
    expect(row?.outcome).toMatchObject({
      statusCode: 400,
      resourceTarget: 'web',
      additionalFields: { tool: 'coder_workspace_bash', result: 'error' },
    });
    expect(row?.outcome?.additionalFields.arguments_sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(row)).not.toContain('secret');
  });

  it('has its row before its first effect, together with the row of the route that has it', async () => {
    const mcp = mountMcp();
    await mcp.request('', call('coder_workspace_bash', { workspace: 'running', command: 'make' }));
    expect(mcp.commands).toEqual(['make']);
    expect(mcp.audited.map(({ entry, intended }) => [entry.resourceType, intended])).toEqual([
      ['mcp_tool', true],
      ['workspace_agent', true],
    ]);
    expect(mcp.audited[0]).toMatchObject({
      entry: {
        resourceTarget: 'running',
        additionalFields: { arguments_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
      outcome: { resourceTarget: 'running', additionalFields: { result: 'error' } },
    });
  });

  it('does nothing when its row cannot be written', async () => {
    const mcp = mountMcp();
    mcp.breakAudit();
    const response = await mcp.request(
      '',
      call('coder_workspace_bash', { workspace: 'running', command: 'make' }),
    );
    expect(JSON.stringify(await response.json())).toContain('The audit log cannot be written now');
    expect(mcp.commands).toEqual([]);
  });

  it('that is held up answers at the timeout, saying that it goes on', async () => {
    const mcp = mountMcp({ settings: { timeoutMs: 50, maxRequests: 9, rateLimit: 0 } });
    const release = mcp.holdCommands();
    const response = await mcp.request('', call('coder_get_workspace', { workspace_id: 'web' }));
    expect(await response.json()).toMatchObject({
      result: { isError: true, content: [{ text: expect.stringContaining('within 50 ms and goes on') }] },
    });
    release();
  });

  it('comes as one JSON body, or as a stream when progress is asked for', async () => {
    const mcp = mountMcp();
    const plain = await mcp.request('', call('coder_get_authenticated_user'));
    expect(plain.headers.get('content-type')).toContain('application/json');
    const streamed = await mcp.request('', call('coder_get_authenticated_user', {}, { progressToken: 1 }));
    expect(streamed.headers.get('content-type')).toContain('text/event-stream');
    expect(await streamed.text()).toContain('ada');
  });

  it('is taken from a caller that accepts only JSON', async () => {
    const init = call('coder_get_authenticated_user');
    const response = await mountMcp().request('', { ...init, headers: { ...init.headers, accept: '*/*' } });
    expect(response.status).toBe(200);
  });

  it.each([
    ['not JSON', '{', 400],
    ['not JSON-RPC', '{"a":1}', 400],
    ['too large', JSON.stringify({ a: 'x'.repeat(4 * 1024 * 1024) }), 413],
  ])('whose body is %s gets a clear error, and the server goes on', async (_, body, status) => {
    const mcp = mountMcp();
    const response = await mcp.request('', { method: 'POST', headers: { ...json, ...whole }, body });
    expect(response.status).toBe(status);
    expect(await response.json()).toHaveProperty('error.message');
    expect((await mcp.request()).status).toBe(200);
  });
});

describe('the address in a browser or curl', () => {
  it('tells who is signed in, what there is and how to connect', async () => {
    const response = await mountMcp().request();
    expect(await response.json()).toMatchObject({
      name: 'Coder',
      version: 'v1.2.3',
      user: { username: 'someone' },
      toolsets: ['standard', 'workspace', 'readonly', 'chatgpt'],
      protocol_versions: expect.arrayContaining(['2026-07-28', '2025-11-25']),
      connect: { url: `${accessUrl}${MCP_PATH}` },
    });
  });

  it('answers curl -I, with a token and without one', async () => {
    const mcp = mountMcp();
    for (const headers of [whole, {}]) {
      const response = await mcp.request('', { method: 'HEAD', headers });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toContain('application/json');
      expect(await response.text()).toBe('');
    }
    const wrong = await mcp.request('', { method: 'HEAD', headers: { authorization: 'Bearer nobody' } });
    expect(wrong.status).toBe(401);
  });

  it.each([
    ['GET', { accept: 'text/event-stream' }],
    ['DELETE', {}],
    ['PUT', {}],
  ])('answers %s %j with 405 and what is allowed', async (method, headers) => {
    const response = await mountMcp().request('', { method, headers: { ...whole, ...headers } });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toContain('POST');
  });

  it('says what there is when asked for what there is not', async () => {
    const response = await mountMcp().request('/nope');
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('GET /workspaces') });
  });
});

describe("the guide's JavaScript", () => {
  it('lists workspaces', async () => {
    const response = await mountMcp().request('/workspaces', {
      headers: { ...whole, 'content-type': 'application/json' },
    });
    expect(await response.json()).toEqual({ workspaces: [], count: 0 });
  });

  it('gets a clear refusal for a workspace that is not there', async () => {
    const mcp = mountMcp();
    const response = await mcp.request('/workspaces/web/execute', {
      method: 'POST',
      headers: { ...whole, 'content-type': 'application/json' },
      body: JSON.stringify({ command: 'true' }),
    });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ message: expect.stringContaining('No workspace "web"') });
    expect(mcp.audited.some((one) => one.outcome?.additionalFields.via === 'rest')).toBe(true);
  });

  it.each([
    ['{', 'must be valid JSON'],
    ['{}', 'command'],
    ['{"command":"true","shell":"zsh"}', 'shell'],
  ])('refuses the body %s', async (body, message) => {
    const response = await mountMcp().request('/workspaces/web/execute', {
      method: 'POST',
      headers: whole,
      body,
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(message);
  });

  it('is refused with 403 and the scope when its token is too narrow', async () => {
    const response = await mountMcp().request('/workspaces/web/execute', {
      method: 'POST',
      headers: { authorization: 'Bearer narrow' },
      body: '{"command":"true"}',
    });
    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toContain('insufficient_scope');
  });
});
