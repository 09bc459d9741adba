import { expect, test } from 'vitest';
import { createApiClient } from './client.ts';
import { ApiError } from './errors.ts';

const respond = (response: () => Response) =>
  createApiClient({ url: 'http://test.local/', fetch: async () => response() });

test('a client that is returned from an async function is still the client', async () => {
  const client = await (async () => respond(() => new Response('body')))();
  expect(client.url).toBe('http://test.local');
  expect(await (await client.raw('/files/1')).text()).toBe('body');
});

test('an error answer is thrown as an ApiError with its code, fields and patience', async () => {
  const client = respond(() =>
    Response.json(
      { message: 'No.', code: 'RATE_LIMITED', validations: [{ field: 'name', detail: 'is taken' }] },
      { status: 429, headers: { 'retry-after': '3' } },
    ),
  );
  const error = await client.users.get({ user: 'me' }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({
    code: 'RATE_LIMITED',
    status: 429,
    message: 'No.',
    validations: [{ field: 'name', detail: 'is taken' }],
    retryAfter: 3,
  });
});

test('an answer that is not ours still becomes an error of its status', async () => {
  const client = respond(() => new Response('<html>bad gateway</html>', { status: 502 }));
  const error = await client.users.get({ user: 'me' }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ status: 502, code: 'AGENT_UNREACHABLE' });
});

test('a server that cannot be reached is named', async () => {
  const client = createApiClient({
    url: 'http://test.local',
    fetch: () => Promise.reject(new TypeError('fetch failed')),
  });
  await expect(client.users.get({ user: 'me' })).rejects.toThrow('Cannot reach http://test.local');
});
