import { once } from 'node:events';
import { API_PREFIX, SESSION_TOKEN_HEADER } from '@coder/api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createNarrowWorld, type NarrowWorld } from './testing/narrow-world.ts';

/** What a user has opened ends with the right to it, not only with the next request. */
let world: NarrowWorld;
let owner: NarrowWorld['owner']['client'];
let headers: Record<string, string>;
const bob = { email: 'bob@example.com', password: 'another horse battery' };

beforeAll(async () => {
  world = await createNarrowWorld();
  owner = world.owner.client;
  const { client } = world.member;
  const { agent } = world.c;
  await client.processes.start({ agent, id: 'large', command: 'truncate -s 2G large.bin', wait_ms: 10_000 });
  await client.processes.start({ agent, id: 'reads', command: 'cat', stdin: 'pipe' });
  const listens = "require('node:net').createServer().listen(48125, '127.0.0.1', () => console.log('up'))";
  await client.processes.start({ agent, id: 'listens', argv: ['node', '-e', listens] });
  await client.processes.output({ agent, process: 'listens', wait_ms: 10_000 });
}, 120_000);
afterAll(() => world[Symbol.asyncDispose](), 60_000);
beforeEach(async () => {
  const { session_token: token } = await world.client('').users.login(bob);
  headers = { [SESSION_TOKEN_HEADER]: token };
});

const at = (path: string) => `${world.url}${API_PREFIX}${path}`;
const inside = (path: string) => at(`/workspaceagents/${world.c.agent}${path}`);

/** Resolves with how it ended. */
type Opened = { ended: Promise<string> };

async function openSocket(path: string): Promise<Opened & { socket: WebSocket }> {
  const socket = new WebSocket(inside(path).replace('http', 'ws'), { headers });
  const closed = once(socket, 'close').then(([code]) => String(code));
  await once(socket, 'open');
  return {
    socket,
    ended: closed,
  };
}

/** An answer that is read one piece far, and on only when something has happened. */
async function openDownload(address: string): Promise<Opened> {
  const response = await fetch(address, { headers });
  expect(response.status).toBe(200);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  const readOn = async () => {
    for (;;) if ((await reader.read()).done) return 'end';
  };
  return {
    get ended() {
      return readOn().catch(() => 'broken');
    },
  };
}

/** A body that does not end, of which something has arrived. */
async function openUpload(
  address: string,
  method: string,
  hasArrived: () => Promise<boolean>,
): Promise<Opened> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(Buffer.alloc(100_000));
    },
  });
  const answer = fetch(address, { method, headers, body, duplex: 'half' } as RequestInit);
  await expect.poll(hasArrived).toBe(true);
  return {
    ended: answer.then(
      ({ status }) => String(status),
      () => 'broken',
    ),
  };
}

async function isUploading(): Promise<boolean> {
  const { entries } = await owner.files.list({ agent: world.c.agent, path: '~' });
  return entries.some(({ name }) => name.startsWith('.up.bin.'));
}

async function outputBytes(): Promise<number> {
  return (await owner.processes.get({ agent: world.c.agent, process: 'reads' })).output_bytes;
}

const kinds: Record<string, { open(): Promise<Opened>; ends: RegExp }> = {
  'a terminal': {
    open: () => openSocket(`/pty?reconnect=${crypto.randomUUID()}&width=80&height=24`),
    ends: /^100[68]$/,
  },
  'a connection to a port': { open: () => openSocket('/tcp?port=48125'), ends: /^100[68]$/ },
  'a workspace that is watched': {
    open: () => openDownload(at(`/workspaces/${world.c.workspace}/watch`)),
    ends: /^end$/,
  },
  'the output of a process': {
    open: () => openDownload(inside(`/processes/${world.c.process}/stream`)),
    ends: /^end$/,
  },
  // Half a file must not pass for a whole one.
  'a download': {
    open: () => openDownload(inside('/files/download?path=~/large.bin')),
    ends: /^broken$/,
  },
  'an archive': { open: () => openDownload(inside('/files/archive?path=~')), ends: /^broken$/ },
  'an upload': {
    open: () => openUpload(inside('/files/upload?path=~/up.bin'), 'PUT', isUploading),
    ends: /^(401|broken)$/,
  },
  'the input of a process': {
    open: async () => {
      const before = await outputBytes();
      return openUpload(inside('/processes/reads/stdin'), 'POST', async () => (await outputBytes()) > before);
    },
    ends: /^(401|broken)$/,
  },
};

describe.each(Object.entries(kinds))('%s', (_, { open, ends }) => {
  it('ends when its user is suspended', async () => {
    const opened = await open();
    await owner.users.suspend({ user: 'bob' });
    try {
      expect(await opened.ended).toMatch(ends);
    } finally {
      await owner.users.activate({ user: 'bob' });
    }
  });

  it('ends when a role is taken from its user', async () => {
    await owner.users.updateRoles({ user: 'bob', roles: ['auditor'] });
    const opened = await open();
    await owner.users.updateRoles({ user: 'bob', roles: [] });
    expect(await opened.ended).toMatch(ends);
  });
});

it('stays open when its user has only changed the profile', async () => {
  const terminal = await openSocket(`/pty?reconnect=${crypto.randomUUID()}&width=80&height=24`);
  const session = world.client(headers[SESSION_TOKEN_HEADER] ?? '');
  await session.users.updateProfile({ user: 'me', username: 'bob', name: 'Robert' });
  const answer = once(terminal.socket, 'message');
  terminal.socket.send(JSON.stringify({ data: 'echo still here\r' }));
  await answer;
  const { username } = await session.users.get({ user: 'me' });
  expect([username, terminal.socket.readyState]).toEqual(['bob', terminal.socket.OPEN]);
  terminal.socket.close();
});

it('of an application ends when what it was allowed is taken back', async () => {
  const { tokens, clientId } = await world.connect({
    scope: 'coder:all',
    decision: { capabilities: ['look', 'work'] },
  });
  headers = { [SESSION_TOKEN_HEADER]: tokens.access_token };
  const watched = await openDownload(at(`/workspaces/${world.a.workspace}/watch`));
  const { pool } = world.server.database;
  await pool.query('update oauth_grants set allow_list = $2 where client_id = $1', [
    clientId,
    [`workspace:${world.b.workspace}`],
  ]);
  await pool.query("select pg_notify('api_key_changed', id) from api_keys");
  expect(await watched.ended).toBe('end');
});
