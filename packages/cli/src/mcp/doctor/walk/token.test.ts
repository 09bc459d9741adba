import { MCP_PATH } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { profiles } from '../clients/index.ts';
import { at, diagnose, publicUrl } from '../testing/diagnose.ts';
import type { Fault } from '../testing/fake-deployment.ts';
import { html, json, redirect } from '../testing/replies.ts';

const everyone = ['claude', 'chatgpt', 'cursor', 'vscode'];
const client = (id: string) => profiles.filter((profile) => profile.id === id);

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
