import { MCP_PATH } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { profiles } from '../clients/index.ts';
import { at, diagnose, fields, publicUrl } from '../testing/diagnose.ts';
import type { Fault } from '../testing/fake-deployment.ts';
import { html, json } from '../testing/replies.ts';

const resourceDocument = `/.well-known/oauth-protected-resource${MCP_PATH}`;
const serverDocument = '/.well-known/oauth-authorization-server';
const everyone = ['claude', 'chatgpt', 'cursor', 'vscode'];
const client = (id: string) => profiles.filter((profile) => profile.id === id);

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
