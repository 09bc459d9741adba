import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { SharingLevel } from '@coder/api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Harness, harness, type Seeded } from '../agents/testing/index.ts';
import type { TestUser } from '../testing/index.ts';

let h: Harness;
let owner: TestUser;
let seeded: Seeded;
let port: number;

/** Runs inside the workspace: greets over HTTP, and repeats what it is told over a WebSocket. */
const server = `
const { createServer } = require('node:http');
const { WebSocketServer } = require(process.env.WS);
const server = createServer((request, response) => response.end('hello'));
new WebSocketServer({ server }).on('connection', (socket) => {
  socket.send('hello');
  socket.on('message', (message) => socket.send('echo ' + message));
});
server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port));
`;

beforeAll(async () => {
  h = await harness();
  owner = await h.user();
  seeded = await h.workspace(owner);
  await h.startAgent(seeded);
  const client = h.client(owner);
  const agent = seeded.agentId;
  const argv = [process.execPath, '-e', server];
  const env = { WS: createRequire(import.meta.url).resolve('ws') };
  await client.processes.start({ agent, id: 'server', argv, env });
  const said = await client.processes.output({ agent, process: 'server', wait_ms: 20_000 });
  port = Number(/port (\d+)/.exec(said.chunks[0]?.data ?? '')?.[1]);
});
afterAll(() => h[Symbol.asyncDispose]());

/** Somebody of another organization. */
async function memberElsewhere(): Promise<TestUser> {
  const { db } = h.database;
  const user = await h.user();
  const [id, at] = [crypto.randomUUID(), new Date()];
  await db
    .insertInto('organizations')
    .values({ id, name: 'elsewhere', display_name: '', created_at: at, updated_at: at })
    .execute();
  await db
    .updateTable('organization_members')
    .set({ organization_id: id })
    .where('user_id', '=', user.user.id)
    .execute();
  return user;
}

const token = (user = owner) => ({ 'coder-session-token': user.token });
const address = (target: number) => `${h.url}/@${owner.user.username}/web/ports/${target}/x`;
const status = async (headers: Record<string, string>, target = port) =>
  (await fetch(address(target), { headers, redirect: 'manual' })).status;

it('a port is open as far as it is shared, and as the template lets it be', async () => {
  const { db } = h.database;
  const { workspaceId } = seeded;
  const max = (level: SharingLevel) =>
    db.updateTable('templates').set({ max_port_share_level: level }).execute();
  const share = async (level: SharingLevel) => {
    const key = { workspace_id: workspaceId, agent_name: 'main', port };
    await db
      .insertInto('workspace_port_shares')
      .values({ ...key, share_level: level, created_at: new Date() })
      .onConflict((conflict) =>
        conflict.columns(['workspace_id', 'agent_name', 'port']).doUpdateSet({ share_level: level }),
      )
      .execute();
    await h.database.pool.query(`select pg_notify('port_share_changed', $1)`, [workspaceId]);
  };
  const other = await h.user();
  const outside = await memberElsewhere();
  const narrow = await h.user({ scopes: ['workspace:read'] });
  const statuses = () =>
    Promise.all([token(), token(other), token(outside), token(narrow), {}].map((sent) => status(sent)));
  const open = (headers: Record<string, string>) =>
    new WebSocket(address(port).replace('http', 'ws'), { headers });
  const closed = [200, 404, 404, 403, 401];
  expect(await statuses()).toEqual(closed);
  await share('public');
  expect(await statuses()).toEqual(closed);
  await max('organization');
  expect(await statuses()).toEqual([200, 200, 404, 403, 401]);
  await max('public');
  expect(await statuses()).toEqual([200, 200, 200, 200, 200]);
  expect(await status({}, port + 1)).toBe(401);
  const [strangers, others, owners] = [open({}), open(token(other)), open(token())];
  await Promise.all([strangers, others, owners].map((socket) => once(socket, 'message')));
  const strangersEnd = once(strangers, 'close');
  await share('authenticated');
  await strangersEnd;
  expect(await statuses()).toEqual([200, 200, 200, 403, 401]);
  const othersEnd = once(others, 'close');
  await share('owner');
  await othersEnd;
  expect(await statuses()).toEqual(closed);
  const echo = once(owners, 'message');
  owners.send('still');
  expect(String((await echo)[0])).toBe('echo still');
  owners.close();
  await once(owners, 'close');
});

it('no port is open to others where sharing is switched off', async () => {
  await using off = await harness({ withoutSharing: true });
  const { db } = off.database;
  const user = await off.user();
  const { workspaceId } = await off.workspace(user);
  const share = { workspace_id: workspaceId, agent_name: 'main', port: 80, share_level: 'public' };
  await db.updateTable('templates').set({ max_port_share_level: 'public' }).execute();
  await db
    .insertInto('workspace_port_shares')
    .values({ ...share, created_at: new Date() })
    .execute();
  const answer = await fetch(`${off.url}/@${user.user.username}/web/ports/80/`, { redirect: 'manual' });
  expect(answer.status).toBe(401);
});
