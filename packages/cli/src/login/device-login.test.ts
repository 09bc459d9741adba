import { describe, expect, it } from 'vitest';
import { type Answer, type Asked, httpServer } from '../testing/http-server.ts';
import { type DeviceCode, deviceLogin } from './device-login.ts';

const device = {
  device_code: 'device',
  user_code: 'ABCD-EFGH',
  verification_uri: 'http://coder/device',
  verification_uri_complete: 'http://coder/device?user_code=ABCD-EFGH',
  expires_in: 600,
  interval: 5,
};
const tokens = {
  access_token: 'access',
  refresh_token: 'refresh',
  token_type: 'Bearer',
  expires_in: 3600,
  scope: 'workspace:read template:read',
};
const refused = (error: string): Answer => ({ status: 400, body: { error } });

/** Signs in at a server that gives these answers one after another, on a clock that only waiting moves. */
async function signIn(answers: Answer[], begin: Answer = { body: device }) {
  const shown: DeviceCode[] = [];
  const waits: number[] = [];
  let now = 1_000_000;
  await using server = await httpServer(({ path }) =>
    path === '/oauth2/device_authorization' ? begin : (answers.shift() ?? refused('authorization_pending')),
  );
  const result = await deviceLogin(server.url, {
    show: (code) => shown.push(code),
    now: () => now,
    wait: async (ms) => {
      waits.push(ms / 1000);
      now += ms;
    },
  }).catch((error: Error) => error);
  return { result, shown, waits, now, asked: server.asked as Asked[], url: server.url };
}

describe('a sign-in by device code', () => {
  it('shows where to go, asks as often as it may, and gives what was allowed', async () => {
    const { result, shown, waits, now, asked, url } = await signIn([
      refused('authorization_pending'),
      refused('slow_down'),
      refused('authorization_pending'),
      { body: tokens },
    ]);
    expect(shown).toEqual([{ address: device.verification_uri_complete, code: 'ABCD-EFGH', minutes: 10 }]);
    expect(waits).toEqual([5, 5, 10, 10]);
    expect(result).toEqual({
      login: {
        url,
        access_token: 'access',
        replaced: '',
        refresh_token: 'refresh',
        renew_at: now + 3_540_000,
      },
      scopes: ['workspace:read', 'template:read'],
    });
    expect(asked.map(({ body }) => Object.fromEntries(new URLSearchParams(body)))).toEqual([
      { client_id: 'coder-cli', scope: 'coder:all' },
      ...Array.from({ length: 4 }, () => ({
        client_id: 'coder-cli',
        device_code: 'device',
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      })),
    ]);
  });

  it('goes on when the server is away or busy for a moment', async () => {
    const { result, waits } = await signIn([
      { status: 502, body: {} },
      { status: 429, body: { error: 'temporarily_unavailable' } },
      { body: tokens },
    ]);
    expect(result).toMatchObject({ login: { access_token: 'access' } });
    expect(waits).toEqual([5, 10, 15]);
  });

  it.each([
    ['access_denied', 'The sign-in was denied in the browser.'],
    ['expired_token', 'Run "coder login" again for a new one.'],
    ['invalid_grant', 'Run "coder login" again for a new one.'],
  ])('ends at %s with a sentence', async (error, sentence) => {
    const { result } = await signIn([refused(error)]);
    expect(result).toMatchObject({ name: 'CliError', message: expect.stringContaining(sentence) });
  });

  it('ends by itself when nobody allows it', async () => {
    const { result, waits } = await signIn([]);
    expect(result).toMatchObject({ message: expect.stringContaining('not allowed in time') });
    expect(waits.reduce((sum, one) => sum + one, 0)).toBe(605);
  });

  it.each([403, 404])('is not offered where the answer is %d', async (status) => {
    const { result, shown } = await signIn([], { status, body: { message: 'The experiment is off.' } });
    expect([result, shown]).toEqual([undefined, []]);
  });

  it('says what the server says when it cannot begin', async () => {
    const { result } = await signIn([], { status: 503, body: { message: 'Too much to do.' } });
    expect(result).toMatchObject({ name: 'ApiError', message: 'Too much to do.' });
  });
});
