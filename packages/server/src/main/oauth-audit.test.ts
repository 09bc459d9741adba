import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOAuthWorld, type OAuthWorld } from './testing/oauth-world.ts';

/** What the audit log and the list of connections say of applications. */
let world: OAuthWorld;
beforeAll(async () => {
  world = await createOAuthWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const rows = async (description: string) =>
  (
    await world.server.database.pool.query(
      'select * from audit_logs where description = $1 and status_code is not null order by time',
      [description],
    )
  ).rows as { username: string; resource_target: string; status_code: number }[];

it('names the user and the application of an exchange and of an authorization', async () => {
  await world.connect();
  const named = expect.objectContaining({ username: 'ada', resource_target: 'Test application' });
  await expect.poll(() => rows('POST /oauth2/tokens')).toEqual([named]);
  await expect.poll(() => rows('GET /oauth2/authorize/{uid}')).toEqual([named]);
  await expect
    .poll(() => rows('GET /oauth2/authorize'))
    .toEqual([expect.objectContaining({ resource_target: 'Test application' })]);
  const { grants } = await world.owner.client.oauth2.listGrants();
  expect(grants[0]?.last_used_ip).toBe('127.0.0.1');
});

/** A device that asks for a token, and the code that its user is shown. */
async function startDevice() {
  const answer = await fetch(`${world.url}/oauth2/device_authorization`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: 'coder-cli' }),
  });
  const { device_code = '', user_code = '' } = (await answer.json()) as Record<string, string>;
  const poll = () =>
    world.token({
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code,
      client_id: 'coder-cli',
    });
  const decide = (decision: 'allow' | 'deny') =>
    world.owner.client.oauth2.decideDevice({ user_code, decision, capabilities: ['look'] });
  return { poll, decide };
}

it('has no row of a device that asks whether it is allowed yet, and one of its token', async () => {
  const before = (await rows('POST /oauth2/tokens')).length;
  const { poll, decide } = await startDevice();
  for (let n = 0; n < 3; n++) expect((await poll()).status).toBe(400);
  await decide('allow');
  expect((await poll()).status).toBe(200);
  const all = async () => (await rows('POST /oauth2/tokens')).slice(before).map((row) => row.status_code);
  await expect.poll(all).toEqual([200]);
});

it('gives a device no token, and does not use its code up, while no row can be written', async () => {
  const before = (await rows('POST /oauth2/tokens')).length;
  const { pool } = world.server.database;
  const { poll, decide } = await startDevice();
  await decide('allow');
  await pool.query('alter table audit_logs rename to audit_logs_away');
  const refused = await poll().finally(() => pool.query('alter table audit_logs_away rename to audit_logs'));
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('2');
  expect(await refused.text()).toContain('The audit log cannot be written now, so nothing was done.');
  expect((await poll()).status).toBe(200);
  const all = async () => (await rows('POST /oauth2/tokens')).slice(before).map((row) => row.status_code);
  await expect.poll(all).toEqual([200]);
});

it('has the row of what a device was refused before the code is used up', async () => {
  const before = (await rows('POST /oauth2/tokens')).length;
  const { poll, decide } = await startDevice();
  await decide('deny');
  expect((await poll()).status).toBe(400);
  const all = async () => (await rows('POST /oauth2/tokens')).slice(before).map((row) => row.status_code);
  await expect.poll(all).toEqual([400]);
});

it('names the application of a secret', async () => {
  const { oauth2Provider } = world.owner.client;
  const app = await oauth2Provider.createApp({
    name: 'wiki',
    redirect_uris: ['https://wiki.example.com/cb'],
  });
  await oauth2Provider.createSecret({ app: app.id });
  const { pool } = world.server.database;
  await expect
    .poll(
      async () =>
        (await pool.query("select resource_target from audit_logs where description like 'POST %secrets%'"))
          .rows,
    )
    .toEqual([{ resource_target: 'wiki' }]);
});
