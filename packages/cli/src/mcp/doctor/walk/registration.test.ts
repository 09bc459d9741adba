import { describe, expect, it } from 'vitest';
import { profiles } from '../clients/index.ts';
import { at, diagnose, fields } from '../testing/diagnose.ts';
import type { Fault } from '../testing/fake-deployment.ts';
import { html, json, type Seen } from '../testing/replies.ts';

const serverDocument = '/.well-known/oauth-authorization-server';
const everyone = ['claude', 'chatgpt', 'cursor', 'vscode'];
const client = (id: string) => profiles.filter((profile) => profile.id === id);

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
