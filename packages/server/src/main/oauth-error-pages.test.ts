import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOAuthWorld, type OAuthWorld, pkce, redirectUri } from './testing/oauth-world.ts';

/** What a person sees of an authorization that goes nowhere. */
let world: OAuthWorld;
beforeAll(async () => {
  world = await createOAuthWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const { challenge } = pkce();
const asked = (change: Record<string, string>) =>
  new URLSearchParams({
    response_type: 'code',
    redirect_uri: redirectUri,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    state: 'abc',
    ...change,
  });
const open = async (query: URLSearchParams | string, accept = 'text/html,application/xhtml+xml') => {
  const response = await fetch(`${world.url}/oauth2/authorize?${query}`, {
    headers: { accept },
    redirect: 'manual',
  });
  return { response, text: await response.text() };
};

describe('a browser', () => {
  it('is told which host could not be reached, and what users and administrators do then', async () => {
    const client_id = 'https://unreachable.example.com/client.json';
    const { response, text } = await open(asked({ client_id }));
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toContain('text/html');
    for (const word of [
      'unreachable.example.com',
      'CODER_OAUTH2_DOCUMENTS_PROXY',
      'coder oauth2-provider documents disable',
      'claude mcp logout',
    ]) {
      expect(text).toContain(word);
    }
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/default-src 'none'; style-src 'sha256-[\w+/=]+'; frame-ancestors 'none'/);
    expect(text).not.toContain('<script');
  });

  it('is told of an application that is not known, and of what is given twice', async () => {
    const unknown = await open(asked({ client_id: crypto.randomUUID() }));
    expect([unknown.response.status, unknown.response.headers.get('content-type')]).toEqual([
      400,
      'text/html; charset=utf-8',
    ]);
    expect(unknown.text).toContain('not known here');
    const { client_id = '' } = await world.register();
    const twice = await open(`${asked({ client_id })}&client_id=x&redirect_uri=y`);
    expect(twice.response.status).toBe(400);
    expect(twice.text).toContain('<!doctype html>');
    const ended = await fetch(`${world.url}/oauth2/authorize/abcdefghijklmnopqrstu`, {
      headers: { accept: 'text/html' },
    });
    expect(ended.headers.get('content-type')).toContain('text/html');
  });

  it('is shown no markup that stands in the address', async () => {
    for (const change of [
      { client_id: '<img src=x onerror=alert(1)>' },
      { client_id: 'https://<b>x</b>.example.com/"><script>alert(1)</script>' },
      { client_id: 'https://x.example.com/"><script>alert(1)</script>' },
      {
        redirect_uri: 'https://x/"><script>alert(1)</script>',
        client_id: (await world.register()).client_id ?? '',
      },
    ]) {
      const { text } = await open(asked(change as Record<string, string>));
      expect(text).toContain('<!doctype html>');
      expect(text).not.toMatch(/<(script|img|b)\b/);
    }
  });
});

it('tells programs the same as JSON', async () => {
  const { response, text } = await open(asked({ client_id: 'nobody' }), '*/*');
  expect(response.headers.get('content-type')).toContain('application/json');
  expect(JSON.parse(text)).toMatchObject({ error: 'invalid_client' });
});

describe('an application that registered itself', () => {
  it.each([
    ['prompt none', { prompt: 'none' }],
    ['an unknown scope', { scope: 'audit_log:read' }],
    ['a response type that is not there', { response_type: 'token' }],
  ])('sends nobody on before a person has acted: %s', async (_, change) => {
    const { client_id = '' } = await world.register();
    const { response, text } = await open(asked({ client_id, ...change } as Record<string, string>));
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
    expect(text).toContain('<!doctype html>');
    // The person may go on to the application by a click, and sees where that leads.
    expect(text).toContain('app.example.com');
  });
});
