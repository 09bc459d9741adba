import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDeployment, type Deployment } from './harness/deployment.ts';
import { verifies } from './requirements.ts';

let deployment: Deployment;

beforeAll(async () => {
  deployment = await createDeployment();
}, 60_000);

afterAll(() => deployment?.[Symbol.asyncDispose](), 60_000);

async function post(path: string, body: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${deployment.url}${path}`, {
    method: 'POST',
    headers: { 'coder-session-token': deployment.token, 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test(verifies('input.refused'), { timeout: 60_000 }, async () => {
  expect(await post('/api/v2/users', '{"half":')).toMatchObject({
    status: 400,
    body: { message: 'Request body must be valid JSON.' },
  });
  expect(
    await post('/api/v2/users', JSON.stringify({ username: '-no-', email: 'x', more: 1 })),
  ).toMatchObject({
    status: 400,
    body: {
      message: 'Validation failed.',
      validations: expect.arrayContaining([
        expect.objectContaining({ field: 'username' }),
        expect.objectContaining({ field: 'email' }),
        expect.objectContaining({ field: 'more' }),
      ]),
    },
  });
  expect(await post('/api/v2/nowhere', '{}')).toMatchObject({
    status: 404,
    body: { message: 'Route not found.' },
  });
  expect((await deployment.client.users.list({})).count).toBe(1);
});

test('a body of 100 MB is refused while it is being sent, and the server goes on', {
  timeout: 60_000,
}, async () => {
  const { hostname, port } = new URL(deployment.url);
  const status = await new Promise<number>((resolve, reject) => {
    const sent = request(
      {
        hostname,
        port,
        method: 'POST',
        path: '/api/v2/users',
        headers: { 'coder-session-token': deployment.token, 'content-type': 'application/json' },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
        sent.destroy();
      },
    );
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    let left = 100;
    const write = () => {
      while (left > 0) {
        left -= 1;
        if (!sent.write(chunk)) {
          sent.once('drain', write);
          return;
        }
      }
      sent.end();
    };
    // The server may close the connection once it has answered.
    sent.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error);
    });
    write();
  });
  expect(status).toBe(413);
  expect((await fetch(`${deployment.url}/healthz`)).status).toBe(200);
});

test('tokens that are malformed, wrong or expired are 401 with the reason', async () => {
  const whoami = async (token: string) => {
    const response = await fetch(`${deployment.url}/api/v2/users/me`, {
      headers: { 'coder-session-token': token },
    });
    return [response.status, await response.text()];
  };
  expect(await whoami('nonsense')).toEqual([401, expect.stringContaining('format')]);
  expect(await whoami('aaaaaaaaaa-bbbbbbbbbbbbbbbbbbbbbb')).toEqual([
    401,
    expect.stringContaining('invalid'),
  ]);
  const { key } = await deployment.client.apiKeys.createToken({ user: 'me', token_name: 'short' });
  expect((await whoami(key))[0]).toBe(200);
  await deployment.client.apiKeys.expire({ user: 'me', key: key.split('-')[0] ?? '' });
  expect(await whoami(key)).toEqual([401, expect.stringContaining('expired')]);
});
