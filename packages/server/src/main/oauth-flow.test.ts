import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOAuthWorld, type OAuthWorld, redirectUri } from './testing/oauth-world.ts';

let world: OAuthWorld;
beforeAll(async () => {
  world = await createOAuthWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

describe('an authorization by code', () => {
  it('gives tokens that carry what the user allowed', async () => {
    const { tokens, code } = await world.connect({ decision: { capabilities: ['look'] } });
    expect(code).toMatch(/^coder_/);
    expect(tokens.scope.split(' ')).toContain('workspace:read');
    expect(tokens.scope).not.toContain('coder:');
    const me = await world.client(tokens.access_token).users.get({ user: 'me' });
    expect(me.username).toBe('ada');
  });
});
void redirectUri;
