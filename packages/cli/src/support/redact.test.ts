import { expect, it } from 'vitest';
import { redactText, redactValue } from './redact.ts';

const token = 'aBcDeFgHiJ-0123456789abcdefghijkl';

it.each([
  [`Coder-Session-Token: ${token}`, token],
  [`sent ${token} to the server`, token],
  ['postgres://coder:hunter22@db.example.com/coder', 'hunter22'],
  ['connecting with password=hunter22, then', 'hunter22'],
  ['"token": "abcdef"', 'abcdef'],
  ['Authorization: Bearer abc.def', 'abc.def'],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'eyJzdWIi'],
  ['the secret of my own here', 'secret of my own'],
])('takes the secret out of: %s', (text, secret) => {
  expect(redactText(text, ['secret of my own'])).not.toContain(secret);
});

it.each([
  'listening on http://127.0.0.1:3000',
  'workspace 11111111-1111-4111-8111-111111111111 is running',
  'Build 3 of web: succeeded',
])('leaves alone: %s', (text) => {
  expect(redactText(text)).toBe(text);
});

it('takes out of settings what their names say is secret, and shows whether it was set', () => {
  expect(
    redactValue({
      CODER_SESSION_TOKEN: token,
      CODER_PG_CONNECTION_URL: 'postgres://a:b@c/d',
      CODER_OIDC_CLIENT_SECRET: '',
      CODER_URL: 'https://coder.example.com',
      nested: [{ api_key: 'x', name: 'web', ssh: { private_key: { pem: 'y' } } }],
      max_token_lifetime: 5,
    }),
  ).toEqual({
    CODER_SESSION_TOKEN: '[removed]',
    CODER_PG_CONNECTION_URL: '[removed]',
    CODER_OIDC_CLIENT_SECRET: '',
    CODER_URL: 'https://coder.example.com',
    nested: [{ api_key: '[removed]', name: 'web', ssh: { private_key: '[removed]' } }],
    max_token_lifetime: 5,
  });
});

it('takes out the value of a parameter whose name says that it is secret', () => {
  expect(
    redactValue([
      { name: 'github_token', value: 'x', default_value: 'y', mutable: true },
      { name: 'region', value: 'eu' },
    ]),
  ).toEqual([
    { name: 'github_token', value: '[removed]', default_value: '[removed]', mutable: true },
    { name: 'region', value: 'eu' },
  ]);
});
