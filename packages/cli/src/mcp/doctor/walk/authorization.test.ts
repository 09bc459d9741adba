import { describe, expect, it } from 'vitest';
import { at, diagnose, publicUrl } from '../testing/diagnose.ts';
import type { Fault } from '../testing/fake-deployment.ts';
import { json, redirect, type Seen } from '../testing/replies.ts';

const everyone = ['claude', 'chatgpt', 'cursor', 'vscode'];

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
      'consent: claude.ai introduces itself by https://claude.ai/oauth/mcp-oauth-client-metadata, which the server could not use ("invalid_client: fetch failed"). → Let the server reach the internet (through a proxy: CODER_OAUTH2_DOCUMENTS_PROXY), or let clients register instead ("coder oauth2-provider documents disable").',
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
