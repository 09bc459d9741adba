import { expect, it } from 'vitest';
import { storeLogin } from '../session/stored-login.ts';
import { httpServer } from '../testing/http-server.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { lookAtSignIn, sameAddress } from './sign-in.ts';

const here = 'http://127.0.0.1:3000';

it('says where the commands of the command line act', async () => {
  using home = temporaryFolder();
  expect(await lookAtSignIn(home.path, [here])).toEqual({ state: 'none' });
  storeLogin(home.path, { url: 'https://coder.example.com', token: 'secret' });
  expect(await lookAtSignIn(home.path, [here])).toEqual({
    state: 'elsewhere',
    url: 'https://coder.example.com',
  });
});

it.each([
  [200, 'here'],
  [401, 'ended'],
  [403, 'here'],
])('asks the deployment whether it knows the session: %i', async (status, state) => {
  using home = temporaryFolder();
  await using server = await httpServer(() => ({ status, body: { message: 'an answer' } }));
  storeLogin(home.path, { url: server.url, token: 'secret' });
  expect(await lookAtSignIn(home.path, ['https://other.example.com', `${server.url}/`])).toMatchObject({
    state,
  });
  expect(server.asked).toMatchObject([
    { path: '/api/v2/users/me', headers: { 'coder-session-token': 'secret' } },
  ]);
});

it.each([
  ['http://localhost:3000/', 'http://127.0.0.1:3000', true],
  ['http://[::1]:3000', 'http://127.0.0.1:3000', true],
  ['http://localhost:3001', 'http://127.0.0.1:3000', false],
  ['https://localhost:3000', 'http://127.0.0.1:3000', false],
  ['http://10.0.0.1:3000', 'http://127.0.0.1:3000', false],
  ['https://coder.example.com:443', 'https://coder.example.com', true],
  ['https://coder.example.com/a', 'https://coder.example.com', false],
  ['no address', 'https://coder.example.com', false],
])('%s and %s: %s', (a, b, same) => expect(sameAddress(a, b)).toBe(same));
