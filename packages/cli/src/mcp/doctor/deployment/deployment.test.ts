import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { MCP_PATH } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { at, diagnose, fields, headers, publicUrl, token } from '../testing/diagnose.ts';
import type { Fault } from '../testing/fake-deployment.ts';
import { html, json, redirect } from '../testing/replies.ts';

const everything = /^/;

describe('the way to the MCP address', () => {
  it('is told to be shut where nothing listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const { told, report } = await diagnose({}, { url: `http://127.0.0.1:${port}`, fetch });
    expect(told('deployment', 'problem')).toEqual([
      `reachable: The deployment at http://127.0.0.1:${port} was not reached: nothing listens at 127.0.0.1:${port}. → Start the server, or correct the address and its port.`,
    ]);
    expect(report.clients.map(({ connects }) => connects)).toEqual([false, false, false, false]);
    expect(report.connects).toBe(false);
  });

  it('is told to be shut where nothing answers', async () => {
    const { told } = await diagnose({ answer: () => undefined }, { timeoutMs: 100 });
    expect(told('deployment', 'problem')).toEqual([
      expect.stringContaining('coder.example.com has not answered within 0.1 s. → Check the firewall'),
    ]);
  });

  it.each([
    ['ENOTFOUND', 'the name coder.example.com is not known. → Correct the address, or enter the name in DNS'],
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'its certificate is not signed by an authority that this machine knows. → Install',
    ],
    ['CERT_HAS_EXPIRED', 'its certificate has expired. → Renew'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name than coder.example.com. → Install'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'coder.example.com does not speak TLS at this port. → Put a proxy'],
    ['ECONNRESET', 'the connection was closed before an answer came. → Look into the log'],
  ])('says what %s means', async (code, message) => {
    const failing = () =>
      Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) }));
    const { told } = await diagnose({}, { fetch: failing });
    expect(told('deployment', 'problem')).toEqual([expect.stringContaining(message)]);
  });

  it.each<[string, Fault, string, string]>([
    [
      'the experiments are off',
      {
        answer: at(MCP_PATH, () =>
          json(
            {
              code: 'EXPERIMENT_OFF',
              message: 'MCP over HTTP is not enabled on this deployment.',
              detail: 'Start the server with CODER_EXPERIMENTS="oauth2,mcp-server-http".',
            },
            403,
          ),
        ),
      },
      'The MCP endpoint is switched off: MCP over HTTP is not enabled on this deployment.',
      'Start the server with CODER_EXPERIMENTS="oauth2,mcp-server-http".',
    ],
    [
      'the proxy passes another Host header',
      { answer: at(MCP_PATH, () => json({ message: 'Invalid Host: backend:3000.' }, 403)) },
      'The MCP endpoint refuses the name it was called by: Invalid Host: backend:3000.',
      'Let the proxy pass the Host header on unchanged, and set CODER_ACCESS_URL',
    ],
    [
      'a proxy answers everything with its sign-in page',
      { answer: at(everything, () => html('Please sign in')) },
      'The MCP endpoint is a web page (HTTP 200) where a client expects JSON.',
      'Let the proxy pass this path to the server without a sign-in page',
    ],
    [
      'a proxy does not reach the server',
      { answer: at(everything, () => html('Bad gateway', 502)) },
      'The MCP endpoint is not served (HTTP 502).',
      'Check that the server runs',
    ],
    [
      'the path is not passed on',
      { answer: at(MCP_PATH, () => json({ message: 'Route not found.' }, 404)) },
      'The MCP endpoint is not there (HTTP 404, "Route not found.").',
      'Let the proxy pass this path to the server',
    ],
    [
      'a proxy signs everybody in',
      { answer: at(MCP_PATH, () => json({ jsonrpc: '2.0', id: 1, result: {} })) },
      'The MCP endpoint answers without a token.',
      'Remove the token that the proxy adds',
    ],
    [
      'a proxy sends browsers and clients to a sign-in of another host',
      { answer: at(everything, () => redirect('https://sso.example.com/start', 302)) },
      'The MCP endpoint is redirected (HTTP 302) to "https://sso.example.com/start"',
      'Give clients the address at https://sso.example.com if that is the deployment, else remove the redirect.',
    ],
    [
      'a proxy adds a slash',
      { answer: at(MCP_PATH, () => redirect(`${publicUrl}${MCP_PATH}/`, 308)) },
      `The MCP endpoint is redirected (HTTP 308) to "${publicUrl}${MCP_PATH}/"`,
      'Let the proxy leave the slash at the end of a path alone',
    ],
    [
      'the server fails',
      { answer: at(MCP_PATH, () => json({ message: 'Something went wrong.' }, 500)) },
      'The MCP endpoint failed (HTTP 500, "Something went wrong.").',
      'Look into the log of the server.',
    ],
  ])('is told to be shut where %s', async (_, fault, what, fix) => {
    const { told, report } = await diagnose(fault);
    expect(told('deployment', 'problem')).toEqual([expect.stringContaining(`endpoint: ${what}`)]);
    expect(told('deployment', 'problem')).toEqual([expect.stringContaining(`→ ${fix}`)]);
    expect(report.clients.every(({ connects }) => !connects)).toBe(true);
    expect(told('claude', 'skipped')).toEqual([
      expect.stringContaining('see what is wrong with the deployment'),
    ]);
  });

  it('is told to lead to https', async () => {
    const { told } = await diagnose(
      { answer: at(everything, (_, { path }) => redirect(`${publicUrl}${path}`, 301)) },
      { url: 'http://coder.example.com' },
    );
    expect(told('deployment', 'problem')).toEqual([
      expect.stringContaining(
        `clients do not send a token or a request on by a redirect. → Give clients the address with https, and set CODER_ACCESS_URL to ${publicUrl}.`,
      ),
    ]);
  });
});

describe('headers on their way', () => {
  const dropped = 'token: The header Authorization does not arrive at the server. → Let the proxy pass it on';

  it('are missed when Authorization does not arrive, even without a token', async () => {
    const { told, report } = await diagnose({ drops: ['authorization'] }, { token: undefined });
    expect(told('deployment', 'problem')).toEqual([expect.stringContaining(dropped)]);
    expect(report.connects).toBe(false);
  });

  it('are missed by the token where the server answers a HEAD like everything else', async () => {
    const sameForAll: Fault['answer'] = (seen, reply) =>
      seen.method === 'HEAD' ? { ...reply, status: 401, body: '' } : reply;
    const { told } = await diagnose({ drops: ['authorization'], answer: sameForAll });
    expect(told('deployment', 'problem')).toEqual([expect.stringContaining(dropped)]);
    expect((await diagnose({ answer: sameForAll })).told('deployment', 'problem')).toEqual([]);
  });

  it.each(['MCP-Protocol-Version', 'Mcp-Method', 'Mcp-Name'])(
    'are missed when %s does not arrive',
    async (name) => {
      const { told } = await diagnose({ drops: [name] });
      expect(told('deployment', 'problem')).toEqual([
        `headers: The header ${name} does not arrive at the server, so clients of 2026-07-28 are refused. → Let the proxy pass all headers that begin with MCP- on; one that passes only a list needs them in it.`,
      ]);
      expect(told('cursor', 'warning')).toEqual([expect.stringContaining('ends with the error -32020')]);
    },
  );

  it('are missed when WWW-Authenticate does not come back', async () => {
    const { told, report } = await diagnose({
      answer: at(MCP_PATH, headers({ 'www-authenticate': undefined })),
    });
    expect(told('deployment', 'warning')).toEqual([
      'challenge: The header WWW-Authenticate that the server sends with its refusal does not arrive. → Let the proxy pass WWW-Authenticate on: without it clients have to guess where a token comes from, and some give up.',
    ]);
    // The document is where clients guess it.
    expect(report.clients.every(({ connects }) => connects)).toBe(true);
  });

  it('are missed when the challenge has lost its metadata', async () => {
    const { told } = await diagnose({
      answer: at(MCP_PATH, headers({ 'www-authenticate': 'Bearer realm="x"' })),
    });
    expect(told('deployment', 'warning')).toEqual([
      expect.stringContaining('does not say where the metadata is'),
    ]);
  });
});

describe('what lies between', () => {
  it('is told when the server takes another address for its own', async () => {
    const { told, report } = await diagnose({
      answer: at('/api/v2/buildinfo', fields({ dashboard_url: 'http://10.0.0.7:3000' })),
    });
    expect(told('deployment', 'problem')).toEqual([
      `access URL: The server believes that its address is "http://10.0.0.7:3000", so it sends clients there. → Set CODER_ACCESS_URL to ${publicUrl} if that is what clients use, else give them the other address.`,
    ]);
    expect(report.connects).toBe(false);
  });

  it('is told when it is no deployment of ours', async () => {
    const { told } = await diagnose({ answer: at('/api/v2/buildinfo', () => html('Hello')) });
    expect(told('deployment', 'warning')).toEqual([
      expect.stringContaining('does not say that it is a Coder deployment'),
    ]);
  });

  it.each([
    [-200_000, '3 min behind'],
    [45_000, '45 s ahead of'],
    [3 * 3_600_000, '3 h ahead of'],
  ])('is told when the clock is off by %d ms', async (off, words) => {
    const now = Date.UTC(2026, 0, 1);
    const { told } = await diagnose(
      { answer: at('/healthz', headers({ date: new Date(now + off).toUTCString() })) },
      { now: () => now },
    );
    expect(told('deployment', 'warning')).toEqual([
      expect.stringContaining(
        `clock: The clock of the server is ${words} that of this machine. → Synchronise both with NTP`,
      ),
    ]);
  });

  it('is told when the address with a slash leads elsewhere', async () => {
    const { told } = await diagnose({
      answer: at(`${MCP_PATH}/`, () => json({ message: 'Route not found.' }, 404)),
    });
    expect(told('deployment', 'warning')).toEqual([
      expect.stringContaining('slash: The MCP address with a slash at its end is not there (HTTP 404'),
    ]);
  });

  it.each<[string, Fault['answer'], string]>([
    [
      'the preflight is refused',
      (seen, reply) => (seen.method === 'OPTIONS' ? html('Not allowed', 405) : reply),
      'may not call the MCP endpoint: the preflight is answered with HTTP 405',
    ],
    [
      'a header is not allowed',
      at(MCP_PATH, headers({ 'access-control-allow-headers': 'Content-Type, Authorization' })),
      'Pages may not send MCP-Protocol-Version, Mcp-Method, Mcp-Name',
    ],
    [
      'the refusal is not shown',
      at(MCP_PATH, headers({ 'access-control-expose-headers': undefined })),
      'Pages are not shown the WWW-Authenticate header',
    ],
  ])('is told when pages may not call: %s', async (_, answer, message) => {
    const { told, report } = await diagnose({ answer });
    expect(told('deployment', 'warning')).toEqual([
      expect.stringMatching(new RegExp(`^pages: .*${message}`)),
    ]);
    expect(report.connects).toBe(true);
  });

  it('is told when a GET is not answered as older clients expect it', async () => {
    const { told } = await diagnose({
      answer: (seen, reply) =>
        seen.path === MCP_PATH && seen.method === 'GET' ? html('Nothing to see', 404) : reply,
    });
    expect(told('deployment', 'warning')).toEqual([
      expect.stringContaining('get: A GET of the MCP address is answered with HTTP 404, and older clients'),
    ]);
  });

  it('is told when streams are held back', async () => {
    const { told } = await diagnose({ holdsStreams: true });
    expect(told('deployment', 'warning')).toEqual([
      expect.stringContaining(
        'streams: A stream of events is held back: nothing of it has arrived within 0.4 s. → Switch buffering off in the proxy',
      ),
    ]);
  });

  it('is told when streams are compressed', async () => {
    const { told } = await diagnose({ answer: at(MCP_PATH, headers({ 'content-encoding': 'identity' })) });
    expect(told('deployment', 'warning')).toEqual([
      expect.stringContaining('streams: A proxy compresses streams of events ("identity")'),
    ]);
  });

  it('says what it could not tell without a token', async () => {
    const { told, report } = await diagnose({}, { token: undefined, tokenMissing: 'give --token' });
    expect(told('deployment', 'skipped')).toEqual([
      'get: how a GET is answered takes a token to tell; give --token → ',
      'headers: whether the headers of MCP arrive takes a token to tell; give --token → ',
      'streams: whether streams arrive takes a token to tell; give --token → ',
    ]);
    expect(told('vscode', 'skipped')).toEqual(['tools: a tool call takes a token; give --token → ']);
    expect(report.connects).toBe(true);
  });

  it('says that a token is not accepted', async () => {
    const { told, report } = await diagnose({}, { token: 'another-token-123' });
    expect(told('cursor', 'warning')).toEqual([
      expect.stringContaining('tools: The token is not accepted (HTTP 401'),
    ]);
    expect(report.connects).toBe(true);
    expect(JSON.stringify(report)).not.toContain('another-token-123');
  });
});

it('never shows the token it was given', async () => {
  const echo: Fault['answer'] = (seen, reply) =>
    seen.path === MCP_PATH && seen.headers.get('authorization') === `Bearer ${token}`
      ? json({ error: 'odd', error_description: seen.headers.get('authorization') }, 418)
      : reply;
  const { report } = await diagnose({ answer: echo });
  expect(JSON.stringify(report)).toContain('[secret]');
  expect(JSON.stringify(report)).not.toContain(token);
});
