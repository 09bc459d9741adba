import { MCP_PATH } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { profiles } from '../clients/index.ts';
import { at, diagnose, fields, headers, publicUrl } from '../testing/diagnose.ts';
import type { Fault } from '../testing/fake-deployment.ts';
import { html, json, redirect, type Seen } from '../testing/replies.ts';
import { mayNotVisit } from './may-visit.ts';
import { tooSlow } from './patience.ts';

const resourceDocument = `/.well-known/oauth-protected-resource${MCP_PATH}`;
const serverDocument = '/.well-known/oauth-authorization-server';
const everyone = ['claude', 'chatgpt', 'cursor', 'vscode'];
const client = (id: string) => profiles.filter((profile) => profile.id === id);

describe('the address', () => {
  it('without https keeps hosted clients away, and warns the others', async () => {
    const { told, report } = await diagnose({}, { url: 'http://coder.example.com' });
    for (const [id, name] of [
      ['claude', 'claude.ai'],
      ['chatgpt', 'ChatGPT'],
    ] as const) {
      expect(told(id, 'problem')).toEqual([
        `address: The address is not https, and ${name} connects to nothing else. → Put a proxy with a certificate in front of the server, and set CODER_ACCESS_URL to the https address.`,
      ]);
    }
    expect(told('cursor', 'warning')).toEqual([expect.stringContaining('codes and tokens in the clear')]);
    expect(report.clients.map(({ connects }) => connects)).toEqual([false, false, true, true]);
    expect(report.connects).toBe(false);
  });

  it.each([
    [
      [{ address: '10.1.2.3', family: 4 }],
      'From here coder.example.com is 10.1.2.3, which is not a public address',
    ],
    [
      [{ address: '2606:4700::1', family: 6 }],
      'coder.example.com has no IPv4 address, which claude.ai needs.',
    ],
  ])('is looked up for hosted clients: %j', async (addresses, message) => {
    const { told } = await diagnose({}, { resolve: async () => addresses });
    expect(told('claude', 'warning')).toEqual([expect.stringContaining(`address: ${message}`)]);
    expect(told('cursor', 'warning')).toEqual([]);
  });
});

describe('discovery', () => {
  it('needs metadata for the address that was typed', async () => {
    const { told, report } = await diagnose({
      answer: at(resourceDocument, fields({ resource: `https://old.example.com${MCP_PATH}` })),
    });
    for (const id of everyone) {
      expect(told(id, 'problem')).toEqual([
        expect.stringContaining(
          `discovery: The metadata is for the resource "https://old.example.com${MCP_PATH}", but the client was given ${publicUrl}${MCP_PATH}`,
        ),
      ]);
      expect(told(id, 'problem')[0]).toContain(`→ Set CODER_ACCESS_URL to ${publicUrl}`);
    }
    expect(report.connects).toBe(false);
  });

  it('takes metadata for the whole host as the SDK does, and refuses it as strict clients do', async () => {
    const { told } = await diagnose({ answer: at(resourceDocument, fields({ resource: publicUrl })) });
    expect(everyone.map((id) => told(id, 'problem').length)).toEqual([1, 1, 0, 1]);
  });

  it('tells the slash from no slash', async () => {
    const { told } = await diagnose({}, { url: `${publicUrl}${MCP_PATH}/`, accessUrl: publicUrl });
    expect(told('claude', 'problem')).toEqual([
      expect.stringContaining(
        '→ Give clients the address exactly as the server names it, without the slash at its end.',
      ),
    ]);
    expect(told('cursor', 'problem')).toEqual([]);
  });

  it.each<[string, Fault['answer'], string]>([
    [
      'is not passed on',
      at(/oauth-protected-resource/, () => json({ message: 'no' }, 404)),
      `The protected-resource metadata at ${publicUrl}${resourceDocument} is not there (HTTP 404, "no"). → Let the proxy pass this path`,
    ],
    [
      'is a page',
      at(resourceDocument, () => html('Welcome')),
      'is a web page (HTTP 200) where a client expects JSON. → Let the proxy pass this path to the server without a sign-in page',
    ],
    [
      'names no authorization server',
      at(resourceDocument, fields({ authorization_servers: undefined })),
      'The protected-resource metadata has no authorization_servers. → Update the server',
    ],
    [
      'names one without https',
      at(resourceDocument, fields({ authorization_servers: ['http://coder.example.com'] })),
      'The authorization server is "http://coder.example.com", without https, and clients do not go there. → Set CODER_ACCESS_URL',
    ],
    [
      'names one inside',
      at(resourceDocument, fields({ authorization_servers: ['http://127.0.0.1:3000'] })),
      'The authorization server is "http://127.0.0.1:3000", which every client would look for on its own machine.',
    ],
    [
      'is named without https',
      at(
        MCP_PATH,
        headers({
          'www-authenticate': `Bearer resource_metadata="http://coder.example.com${resourceDocument}"`,
        }),
      ),
      'The metadata that the refusal names is "http://coder.example.com',
    ],
  ])('says that the document %s', async (_, answer, message) => {
    const { told, deployment } = await diagnose({ answer });
    for (const id of everyone) expect(told(id, 'problem')).toEqual([expect.stringContaining(message)]);
    expect(told('claude', 'skipped')[0]).toContain('metadata: not reached: see what is wrong above');
    expect(deployment.clients.size).toBe(0);
  });

  it('warns of another Content-Type', async () => {
    const { told } = await diagnose({
      answer: at(resourceDocument, headers({ 'content-type': 'text/plain; charset=utf-8' })),
    });
    expect(told('vscode', 'warning')).toEqual([
      expect.stringContaining(
        'is served as "text/plain; charset=utf-8", and strict clients take only application/json.',
      ),
    ]);
  });

  it('fetches a document once for all clients', async () => {
    const { deployment } = await diagnose();
    expect(deployment.seen.filter(({ path }) => path === resourceDocument)).toHaveLength(1);
  });
});

describe('the metadata of the authorization server', () => {
  it.each<[string, Fault['answer'], string]>([
    [
      'issuer',
      at(serverDocument, fields({ issuer: 'https://internal.example.com' })),
      `The authorization server calls itself "https://internal.example.com", but was reached as "${publicUrl}"; clients refuse it unless the two are the same to the letter. → Set CODER_ACCESS_URL to the address`,
    ],
    [
      'slash of the issuer',
      at(serverDocument, fields({ issuer: `${publicUrl}/` })),
      '→ Set CODER_ACCESS_URL without a slash at its end.',
    ],
    [
      'missing PKCE',
      at(serverDocument, fields({ code_challenge_methods_supported: undefined })),
      'does not say that it takes PKCE (code_challenge_methods_supported), and clients go no further.',
    ],
    [
      'missing S256',
      at(serverDocument, fields({ code_challenge_methods_supported: ['plain'] })),
      'does not take PKCE with S256, only "plain".',
    ],
    [
      'missing token endpoint',
      at(serverDocument, fields({ token_endpoint: undefined })),
      "The authorization server's metadata has no token_endpoint.",
    ],
    [
      'endpoint without https',
      at(serverDocument, fields({ token_endpoint: 'http://coder.example.com/oauth2/tokens' })),
      'The token_endpoint is "http://coder.example.com/oauth2/tokens", without https',
    ],
    [
      'missing response type',
      at(serverDocument, fields({ response_types_supported: ['token'] })),
      'does not say that it gives codes (response_types_supported).',
    ],
    ['missing document', at(serverDocument, () => json({}, 404)), 'is not there (HTTP 404).'],
    ['page instead', at(serverDocument, () => html('Hello')), 'is a web page (HTTP 200)'],
  ])('is refused for its %s', async (_, answer, message) => {
    const { told, deployment } = await diagnose({ answer });
    for (const id of everyone) {
      expect(told(id, 'problem')).toEqual([expect.stringMatching(/^metadata: /)]);
      expect(told(id, 'problem')[0]).toContain(message);
    }
    expect(deployment.seen.some(({ path }) => path === '/oauth2/register')).toBe(false);
  });

  it('is found by path insertion, and an appended path is told apart', async () => {
    const issuer = `${publicUrl}/tenant`;
    const server = (reply: { body: string }) => JSON.parse(reply.body) as Record<string, unknown>;
    const behind =
      (path: string): Fault['answer'] =>
      (seen, reply) => {
        if (seen.path === resourceDocument)
          return json({ ...server(reply), authorization_servers: [issuer] });
        if (seen.path !== path) return reply;
        return json({
          issuer,
          authorization_endpoint: `${publicUrl}/oauth2/authorize`,
          token_endpoint: `${publicUrl}/oauth2/tokens`,
          registration_endpoint: `${publicUrl}/oauth2/register`,
          response_types_supported: ['code'],
          code_challenge_methods_supported: ['S256'],
        });
      };
    const inserted = await diagnose(
      { answer: behind(`${serverDocument}/tenant`) },
      { clients: client('cursor') },
    );
    expect(inserted.told('cursor', 'ok').join()).toContain(
      'metadata: the authorization server says who it is',
    );
    const appended = await diagnose({ answer: behind(`/tenant${serverDocument}`) });
    expect(appended.told('cursor', 'problem')).toEqual([
      expect.stringContaining(
        `is at ${issuer}${serverDocument}, but clients look at ${publicUrl}${serverDocument}/tenant. → Let the proxy pass /.well-known/`,
      ),
    ]);
  });

  it('warns ChatGPT where answers do not say who they are from', async () => {
    const { told, deployment } = await diagnose(
      { answer: at(serverDocument, fields({ authorization_response_iss_parameter_supported: false })) },
      { clients: client('chatgpt') },
    );
    expect(told('chatgpt', 'warning')).toEqual([
      expect.stringContaining('uses another redirect for each connector'),
    ]);
    const registered = deployment.seen.find(({ path }) => path === '/oauth2/register')?.body;
    expect(registered).toContain('https://chatgpt.com/connector/oauth/');
  });
});

describe('registration', () => {
  const off = fields({ registration_endpoint: undefined, client_id_metadata_document_supported: false });

  it('that is off keeps every client away, and says how each is entered by hand', async () => {
    const { told } = await diagnose({ answer: at(serverDocument, off) });
    expect(told('cursor', 'problem')).toEqual([
      `registration: Applications cannot register themselves here, so Cursor cannot connect by the address alone. → Let an owner run "coder oauth2-provider dcr enable", or enter the client with "coder oauth2-provider apps create 'Cursor' --redirect-uri cursor://anysphere.cursor-mcp/oauth/callback --redirect-uri https://www.cursor.com/agents/mcp/oauth/callback --redirect-uri http://localhost:8787/callback" and write its ID and secret into mcp.json as auth.CLIENT_ID and auth.CLIENT_SECRET.`,
    ]);
    for (const id of everyone) expect(told(id, 'problem')).toHaveLength(1);
  });

  it('that is off leaves the documents of clients', async () => {
    const { report, told } = await diagnose({
      answer: at(serverDocument, fields({ registration_endpoint: undefined })),
    });
    expect(report.clients.map(({ connects }) => connects)).toEqual([true, true, false, true]);
    expect(told('claude', 'ok').join()).toContain(
      'may introduce itself by its document; registration is off',
    );
  });

  it.each<[string, Fault['answer'], string]>([
    [
      'an initial access token',
      at('/oauth2/register', () =>
        json({ error: 'invalid_token', error_description: 'registration needs a token' }, 401),
      ),
      'Registration needs an initial access token (HTTP 401, "invalid_token: registration needs a token"), which Cursor has none of.',
    ],
    [
      'a switch that is off',
      at('/oauth2/register', () => json({ error: 'access_denied' }, 403)),
      'Applications cannot register themselves here, so Cursor cannot connect by the address alone. (HTTP 403, "access_denied")',
    ],
    [
      'rules against schemes of programs',
      at('/oauth2/register', (reply, { body }) =>
        body.includes('cursor://')
          ? json({ error: 'invalid_redirect_uri', error_description: 'must only contain web uris' }, 400)
          : reply,
      ),
      'The server does not take what Cursor registers: HTTP 400, "invalid_redirect_uri: must only contain web uris".',
    ],
    [
      'redirects that are left out',
      at('/oauth2/register', fields({ redirect_uris: ['http://localhost:8787/callback'] })),
      'The server has left out the redirect "cursor://anysphere.cursor-mcp/oauth/callback, https://www.cursor.com/agents/mcp/oauth/callback"',
    ],
    [
      'a page of the proxy',
      at('/oauth2/register', () => html('Blocked', 403)),
      'The registration endpoint is a web page (HTTP 403)',
    ],
    [
      'too many at once',
      at('/oauth2/register', () => ({
        ...json({ error: 'temporarily_unavailable' }, 429),
        headers: { 'retry-after': '40' },
      })),
      'The registration endpoint was asked for too often from this address. → Run this again in 40 s.',
    ],
  ])('is kept from Cursor by %s', async (_, answer, message) => {
    const { told } = await diagnose({ answer }, { clients: client('cursor') });
    expect(told('cursor', 'problem')).toEqual([expect.stringContaining(`registration: ${message}`)]);
  });

  it('is tried again after a moment where it was asked to wait', async () => {
    let refusals = 0;
    const { report } = await diagnose({
      answer: at('/oauth2/register', (reply) =>
        refusals++ === 0 ? { ...json({}, 429), headers: { 'retry-after': '0' } } : reply,
      ),
    });
    expect(report.connects).toBe(true);
    expect(refusals).toBe(5);
  });

  it('warns of another method and another status', async () => {
    const { told } = await diagnose({
      answer: at('/oauth2/register', (reply) => ({
        ...fields({ token_endpoint_auth_method: 'client_secret_basic' })(reply),
        status: 200,
      })),
    });
    expect(told('cursor', 'warning')).toEqual([
      expect.stringContaining('registered the method "client_secret_basic" instead of "none"'),
      expect.stringContaining('answered with HTTP 200, and strict clients take only 201'),
    ]);
  });

  it('says what it has left behind where nothing can be deleted', async () => {
    const never = at('/oauth2/register', fields({ registration_access_token: undefined }));
    const { told } = await diagnose({ answer: never }, { clients: client('vscode') });
    expect(told('vscode', 'warning')).toEqual([
      'cleanup: The application "client-1" that was registered for this check is left behind: the server offers no way to delete it. → Let an owner delete it with "coder oauth2-provider apps delete"; nobody has allowed it anything.',
    ]);
    const fails = at(/^\/oauth2\/clients\//, () => json({ error: 'server_error' }, 500));
    expect((await diagnose({ answer: fails })).told('vscode', 'warning')).toEqual([
      expect.stringContaining('is left behind: HTTP 500, "server_error".'),
    ]);
    const outside = at('/oauth2/register', fields({ registration_client_uri: 'http://169.254.169.254/x' }));
    expect((await diagnose({ answer: outside })).told('vscode', 'warning')).toEqual([
      expect.stringContaining('is left behind: the address to delete it at is "http://169.254.169.254/x".'),
    ]);
  });

  it('is undone when the examination is stopped', async () => {
    const stop = new AbortController();
    const seen: Seen[] = [];
    const answer: Fault['answer'] = (one, reply) => {
      seen.push(one);
      if (one.path === '/oauth2/tokens') stop.abort();
      return reply;
    };
    await expect(diagnose({ answer }, { signal: stop.signal })).rejects.toThrow('aborted');
    expect(seen.at(-1)).toMatchObject({ method: 'DELETE', path: '/oauth2/clients/client-1' });
  });
});

describe('authorization', () => {
  it.each<[string, Fault['answer'], string]>([
    [
      'a failing server',
      at('/oauth2/authorize', () => json({ error: 'server_error' }, 500)),
      'is refused with "server_error"',
    ],
    [
      'scopes that are not known',
      at('/oauth2/authorize', () => json({ error: 'invalid_scope', error_description: 'unknown' }, 400)),
      'is refused with "invalid_scope", "unknown". → Update the server: it does not take the scopes that it tells clients to ask for.',
    ],
    [
      'a missing page',
      at(/^\/oauth2\/interaction/, () => json({ message: 'no' }, 404)),
      'is not there (HTTP 404, "no").',
    ],
    [
      'a page that is none',
      at(/^\/oauth2\/interaction/, () => json({ message: 'built?' })),
      'is no web page (HTTP 200, "built?").',
    ],
    [
      'a page without https',
      at('/oauth2/authorize', () => redirect('http://coder.example.com/login')),
      'The page to sign in is "http://coder.example.com/login", without https',
    ],
    [
      'a path that is not passed on',
      at('/oauth2/authorize', () => json({ message: 'no' }, 404)),
      'The authorization endpoint is not there',
    ],
  ])('is kept from users by %s', async (_, answer, message) => {
    const { told } = await diagnose({ answer });
    for (const id of everyone) {
      expect(told(id, 'problem')).toEqual([expect.stringMatching(/^consent: /)]);
      expect(told(id, 'problem')[0]).toContain(message);
    }
  });

  it('takes VS Code with any port', async () => {
    const exact: Fault['answer'] = at('/oauth2/authorize', (reply, { query }) =>
      query.get('redirect_uri') === 'http://127.0.0.1:33419/' && query.get('client_id')?.startsWith('client-')
        ? json({ error: 'invalid_redirect_uri' }, 400)
        : reply,
    );
    const { told } = await diagnose({ answer: exact });
    expect(told('vscode', 'problem')).toEqual([
      expect.stringContaining(
        '→ Update the server: a redirect to this machine has to be taken with any port',
      ),
    ]);
    expect(told('cursor', 'problem')).toEqual([]);
  });

  it('warns where the server cannot read the documents of clients', async () => {
    const { told, report } = await diagnose({
      answer: at('/oauth2/authorize', (reply, { query }) =>
        query.get('client_id')?.startsWith('https://')
          ? json({ error: 'invalid_client', error_description: 'fetch failed' }, 400)
          : reply,
      ),
    });
    expect(told('claude', 'warning')).toEqual([
      'consent: claude.ai introduces itself by https://claude.ai/oauth/mcp-oauth-client-metadata, which the server could not use ("invalid_client: fetch failed"). → Let the server reach the internet (HTTPS_PROXY if by a proxy), or let clients register instead ("coder oauth2-provider documents disable").',
    ]);
    expect(told('cursor', 'warning')).toEqual([]);
    expect(report.connects).toBe(true);
  });

  const withoutChallenge = ({ query }: Seen) => query.get('code_challenge') === null;

  it('warns where PKCE is not asked for', async () => {
    const { told } = await diagnose({
      answer: at('/oauth2/authorize', (reply, seen) =>
        withoutChallenge(seen) ? redirect(`${publicUrl}/oauth2/interaction/x`) : reply,
      ),
    });
    expect(told('claude', 'warning')).toEqual([
      expect.stringContaining('pkce: A request without PKCE is not refused'),
    ]);
  });

  it.each([
    ['', 'does not say who it is from (iss), though the metadata says that it does'],
    ['&iss=https%3A%2F%2Fother.example.com', 'is from "https://other.example.com" (iss), not from'],
  ])('checks who an answer is from: %j', async (iss, message) => {
    const { told } = await diagnose({
      answer: at('/oauth2/authorize', (reply, seen) =>
        withoutChallenge(seen)
          ? redirect(`${seen.query.get('redirect_uri')}?error=invalid_request${iss}`)
          : reply,
      ),
    });
    expect(told('chatgpt', 'problem')).toEqual([expect.stringContaining(message)]);
  });
});

describe('the token endpoint', () => {
  const path = '/oauth2/tokens';
  it.each<[string, Fault['answer'], string]>([
    [
      'loses the body',
      at(path, () => json({ error: 'invalid_request', error_description: 'no client' }, 400)),
      'answers a wrong code with HTTP 400, "invalid_request: no client", not with invalid_grant. → Let the proxy pass the body',
    ],
    [
      'forgets the client',
      at(path, () => json({ error: 'invalid_client' }, 401)),
      '"invalid_client", not with invalid_grant. → Let the proxy pass the body and the header Authorization',
    ],
    ['is a page', at(path, () => html('Forbidden', 403)), 'The token endpoint is a web page (HTTP 403)'],
    [
      'fails',
      at(path, () => json({ message: 'oops' }, 500)),
      'The token endpoint failed (HTTP 500, "oops").',
    ],
    [
      'is redirected',
      at(path, () => redirect(`${publicUrl}/login`, 302)),
      'The token endpoint is redirected (HTTP 302)',
    ],
  ])('is useless when it %s', async (_, answer, message) => {
    const { told } = await diagnose({ answer });
    for (const id of everyone) {
      expect(told(id, 'problem')).toEqual([expect.stringContaining('token: ')]);
      expect(told(id, 'problem')[0]).toContain(message);
    }
  });

  it('warns of the wrong status', async () => {
    const { told } = await diagnose({ answer: at(path, (reply) => ({ ...reply, status: 401 })) });
    expect(told('cursor', 'warning')).toEqual([
      expect.stringContaining('refused with HTTP 401 instead of 400'),
    ]);
  });

  it('warns where claude.ai would not notice that it must sign in or register again', async () => {
    const { told } = await diagnose({
      answer: at(path, (_, { body }) =>
        body.includes('client_id=client-') && body.includes('authorization_code')
          ? json({ error: 'invalid_grant' }, 400)
          : json({ error: 'invalid_request' }, 400),
      ),
    });
    expect(told('claude', 'warning')).toEqual([
      expect.stringContaining('A dead refresh token is answered with HTTP 400, "invalid_request"'),
      expect.stringContaining('A client that is not known any more is answered with HTTP 400'),
    ]);
    expect(told('vscode', 'warning')).toEqual([]);
  });

  it('is given the secret that claude.ai registered for, and the resource', async () => {
    const { deployment, report } = await diagnose({}, { clients: client('claude') });
    const form = new URLSearchParams(deployment.seen.find((one) => one.path === path)?.body);
    expect(Object.fromEntries(form)).toMatchObject({
      client_id: 'client-1',
      client_secret: 'secret-of-client-1',
      resource: `${publicUrl}${MCP_PATH}`,
      grant_type: 'authorization_code',
    });
    expect(JSON.stringify(report)).not.toContain('secret-of');
  });
});

describe('the audience', () => {
  it('warns where tokens are given for other servers', async () => {
    const { told } = await diagnose({
      answer: at('/oauth2/authorize', (reply, { query }) =>
        query.get('resource')?.includes('elsewhere') ? redirect(`${publicUrl}/oauth2/interaction/x`) : reply,
      ),
    });
    expect(told('chatgpt', 'warning')).toEqual([
      expect.stringContaining(
        'audience: The authorization server is ready to give a token for the resource of another server.',
      ),
    ]);
  });

  const isStranger = (seen: Seen) => seen.headers.get('authorization')?.startsWith('Bearer ey') === true;

  it.each([
    [200, 'problem', 'The MCP endpoint takes a token that was not issued for it.'],
    [403, 'warning', 'A token of another server is answered with HTTP 403 instead of 401'],
  ] as const)('tells a token of another server that is answered with %d', async (status, mark, message) => {
    const { told } = await diagnose({
      answer: at(MCP_PATH, (reply, seen) => (isStranger(seen) ? json({}, status) : reply)),
    });
    expect(told('cursor', mark)).toEqual([expect.stringContaining(`audience: ${message}`)]);
  });
});

describe('the tools', () => {
  const withTools = (tools: unknown[], query = '') =>
    at(MCP_PATH, (reply, seen) =>
      seen.body.includes('"tools/list"') && seen.query.toString() === query
        ? json({ jsonrpc: '2.0', id: 1, result: { tools } })
        : reply,
    );
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      name: `tool_${index}`,
      title: 'Tool',
      annotations: { readOnlyHint: false },
    }));

  it('are counted as each client counts', async () => {
    const some = await diagnose({ answer: withTools(many(41)) });
    expect(some.told('cursor', 'warning')).toEqual([
      expect.stringContaining('41 tools are listed, and Cursor works well with up to 40'),
    ]);
    expect(some.told('vscode', 'warning')).toEqual([]);
    const more = await diagnose({ answer: withTools(many(129)) });
    expect(more.told('vscode', 'warning')).toEqual([expect.stringContaining('a model at most 128')]);
    expect(more.told('claude', 'ok').join()).toContain('none of which is safe to call unasked');
  });

  it('have titles and hints for claude.ai, and names that fit', async () => {
    const long = { name: 'x'.repeat(65), title: 'Long', annotations: { readOnlyHint: true } };
    const { told } = await diagnose({ answer: withTools([{ name: 'bare' }, long]) });
    expect(told('claude', 'warning')).toEqual([
      expect.stringContaining('1 tool (bare) without a title or without readOnlyHint and destructiveHint'),
      expect.stringContaining('with a name of more than 64 characters'),
    ]);
    expect(told('cursor', 'warning')).toEqual([expect.stringContaining('longer than 60 characters')]);
  });

  it('are search and fetch for ChatGPT', async () => {
    const { told } = await diagnose({ answer: withTools([{ name: 'search' }], 'toolset=chatgpt') });
    expect(told('chatgpt', 'warning')).toEqual([
      expect.stringContaining('With ?toolset=chatgpt the tool fetch is not listed'),
    ]);
  });

  it('that fail are told with their words', async () => {
    const failing = at(MCP_PATH, (reply, { body }) =>
      body.includes('"tools/call"')
        ? json({ jsonrpc: '2.0', id: 1, result: { isError: true, content: [{ text: 'It is broken.' }] } })
        : reply,
    );
    const { told } = await diagnose({ answer: failing });
    expect(told('vscode', 'warning')).toEqual([expect.stringContaining('It is broken.')]);
    const unknown = at(MCP_PATH, (reply, { body }) =>
      body.includes('"initialize"') && reply.status === 200
        ? json({ jsonrpc: '2.0', id: 1, error: { code: -32_603, message: 'no' } })
        : reply,
    );
    expect((await diagnose({ answer: unknown })).told('vscode', 'problem')).toEqual([
      'tools: Connecting with 2025-11-25 ends with the error -32603, "no". → Look into the log of the server, and check that it is recent enough.',
    ]);
  });

  it('come in a stream of events as well', async () => {
    const streamed = at(MCP_PATH, (reply) =>
      reply.status === 200 && reply.body.startsWith('{"jsonrpc"')
        ? {
            status: 200,
            headers: { 'content-type': 'text/event-stream' },
            body: `: hello\n\nevent: message\ndata: {"jsonrpc":"2.0","method":"notifications/progress"}\n\ndata: ${reply.body}\n\n`,
          }
        : reply,
    );
    const { report } = await diagnose({ answer: streamed });
    expect(report.connects).toBe(true);
    expect(JSON.stringify(report.clients)).toContain('lists 2 tools and calls coder_get_authenticated_user');
  });
});

describe('what a server may send us to', () => {
  const target = {
    url: publicUrl,
    mcpUrl: publicUrl,
    origin: publicUrl,
    hostname: 'coder.example.com',
    isSecure: true,
    isLoopback: false,
  };
  const here = {
    ...target,
    url: 'http://localhost:3000',
    origin: 'http://localhost:3000',
    isSecure: false,
    isLoopback: true,
  };
  it.each([
    [target, 'https://auth.example.com/x', true],
    [target, 'http://coder.example.com/x', false],
    [target, 'https://localhost/x', false],
    [target, 'http://[::1]:8080/', false],
    [target, 'file:///etc/passwd', false],
    [target, 'nonsense', false],
    [here, 'http://localhost:3000/x', true],
    [here, 'http://127.0.0.1:3000/x', true],
    [{ ...here, isLoopback: false, origin: 'http://10.0.0.5' }, 'http://10.0.0.5/x', true],
    [{ ...here, isLoopback: false, origin: 'http://10.0.0.5' }, 'http://169.254.169.254/x', false],
  ])('is bounded (%#)', (from, address, may) => {
    expect(mayNotVisit(from, address, 'It') === undefined).toBe(may);
  });
});

it('counts what takes longer than a client waits', () => {
  const exchange = {
    reached: true,
    url: publicUrl,
    status: 200,
    headers: new Headers(),
    text: '',
    ms: 11_200,
  } as const;
  const [claude, , cursor] = profiles;
  expect(claude && tooSlow(claude, exchange)).toEqual([
    expect.objectContaining({
      mark: 'problem',
      what: `${publicUrl} took 11 s to answer, and claude.ai gives up after 10 s.`,
    }),
  ]);
  expect(cursor && tooSlow(cursor, exchange)).toEqual([]);
});
