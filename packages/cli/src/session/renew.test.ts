import { describe, expect, it } from 'vitest';
import { httpServer } from '../testing/http-server.ts';
import { renewableLogin, renewLogin } from './renew.ts';

const before = { access_token: 'a1', refresh_token: 'r1' };
const at = (url: string) => ({ url, ...before, replaced: '', renew_at: 0 });

describe('a renewal', () => {
  it('brings a new pair, to be renewed a minute before its end, or after most of a short life', async () => {
    await using server = await httpServer(() => ({
      body: { access_token: 'a2', refresh_token: 'r2', token_type: 'Bearer', expires_in: 3600 },
    }));
    expect(await renewLogin(at(server.url), () => 1000)).toEqual({
      url: server.url,
      access_token: 'a2',
      replaced: 'a1',
      refresh_token: 'r2',
      renew_at: 1000 + 3_540_000,
    });
    expect(server.asked[0]).toMatchObject({ method: 'POST', path: '/oauth2/tokens' });
    expect(server.asked[0]?.body).toContain('refresh_token=r1');
    expect(renewableLogin('u', { access_token: 'a2', expires_in: 10 }, before, 0)).toMatchObject({
      refresh_token: 'r1',
      renew_at: 8000,
    });
  });

  it('that is refused says that the sign-in is over', async () => {
    await using server = await httpServer(() => ({ status: 400, body: { error: 'invalid_grant' } }));
    await expect(renewLogin(at(server.url), Date.now)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: `Your sign-in at ${server.url} is over: its time has ended, or it was disconnected there.`,
    });
  });

  it('that fails otherwise says why, and leaves the sign-in alone', async () => {
    await using server = await httpServer(() => ({ status: 503, body: { message: 'Too much to do.' } }));
    await expect(renewLogin(at(server.url), Date.now)).rejects.toMatchObject({
      code: 'OVERLOADED',
      message: 'Too much to do.',
    });
  });
});
