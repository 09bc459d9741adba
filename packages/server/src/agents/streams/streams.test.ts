import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { frameDecoder, ProcessFrame } from '@coder/api/agent';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { failure } from '../testing/failure.ts';
import { type Harness, harness } from '../testing/harness.ts';

let h: Harness;
beforeAll(async () => {
  h = await harness();
});
afterAll(() => h[Symbol.asyncDispose]());

async function linked() {
  const user = await h.user();
  const seeded = await h.workspace(user);
  const agent = await h.startAgent(seeded);
  return {
    user,
    seeded,
    agent,
    client: h.client(user),
    id: seeded.agentId,
    base: `/workspaceagents/${seeded.agentId}`,
  };
}

const MIB = 1024 * 1024;

/** Sends the head of a request and half of its body, and then says that nothing follows. */
async function halfClosed(url: string, path: string, method: string, token: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const head = [
    `${method} /api/v2${path} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    `Coder-Session-Token: ${token}`,
    'Content-Length: 10',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n12345`);
  let answer = '';
  for await (const part of socket) answer += String(part);
  return answer;
}

describe('a body that breaks off', () => {
  it.each([
    ['PUT', '/files/upload?path=~/q', 'q'],
    ['PUT', '/files/unpack?path=~/folder', 'folder'],
    ['POST', '/processes/listener/stdin', undefined],
  ])('of %s %s is an error of that request, and of nothing else', async (method, path, name) => {
    const { client, agent, base, id, user } = await linked();
    await client.processes.start({ agent: id, id: 'listener', command: 'cat', stdin: 'pipe' });
    // Which part of the server meets the end first is chance.
    for (let time = 0; time < 10; time++) {
      expect(await halfClosed(h.url, `${base}${path}`, method, user.token)).not.toMatch(/^HTTP\/1.1 2/);
    }
    if (name) await expect(stat(join(agent.home, name))).rejects.toThrow('ENOENT');
    await client.processes.signal({ agent: id, process: 'listener', signal: 'KILL' });
  });
});

/** What this process holds in bytes outside its heap, once the garbage of whatever ran before is gone. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  // The bytes of what one collection finds are given back beside it, and are surely gone once the next begins.
  for (let round = 0; round < 2; round++) collect();
  return process.memoryUsage().arrayBuffers;
}

describe('uploads and downloads', () => {
  it('carry 200 MB in both directions without holding it', async () => {
    const { client, agent, base } = await linked();
    const part = randomBytes(MIB);
    const sum = createHash('sha256');
    for (let i = 0; i < 200; i++) sum.update(part);
    const sha256 = sum.digest('hex');
    const before = heldBytes();
    let highest = 0;
    async function* parts() {
      for (let i = 0; i < 200; i++) {
        highest = Math.max(highest, process.memoryUsage().arrayBuffers);
        yield part;
      }
    }
    const body = Readable.toWeb(Readable.from(parts())) as unknown as ReadableStream;
    const written = await client.raw(`${base}/files/upload?path=~/big&sha256=${sha256}`, {
      method: 'PUT',
      body,
      duplex: 'half',
    } as RequestInit);
    expect(await written.json()).toMatchObject({ size: 200 * MIB, sha256, created: true });
    expect((await stat(join(agent.home, 'big'))).size).toBe(200 * MIB);

    const answer = await client.raw(`${base}/files/download?path=~/big`);
    expect(answer.headers.get('content-length')).toBe(String(200 * MIB));
    expect(answer.headers.get('content-disposition')).toContain('big');
    const received = createHash('sha256');
    for await (const bytes of answer.body as unknown as AsyncIterable<Uint8Array>) {
      received.update(bytes);
      highest = Math.max(highest, process.memoryUsage().arrayBuffers);
    }
    expect(received.digest('hex')).toBe(sha256);
    // The sender, the receiver and the server are this one process; what they hold is windows and garbage, not the file.
    expect(highest - before).toBeLessThan(150 * MIB);
  });

  it('write nothing when the sum is wrong, or the path is missing', async () => {
    const { client, base, id } = await linked();
    const upload = (query: string) =>
      client.raw(`${base}/files/upload?${query}`, { method: 'PUT', body: 'hello' });
    expect((await failure(upload(`path=~/x&sha256=${'0'.repeat(64)}`))).status).toBe(422);
    expect(await failure(client.files.stat({ agent: id, path: '~/x' }))).toMatchObject({ status: 404 });
    const missing = await failure(upload(''));
    expect(missing).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(missing.validations[0]?.field).toBe('path');
    expect((await failure(client.raw(`${base}/files/download?path=~/none`))).status).toBe(404);
  });

  it('archive a folder', async () => {
    const { client, base, agent } = await linked();
    await writeFile(join(agent.home, 'in-the-tar'), 'x');
    const answer = await client.raw(`${base}/files/archive?path=~`);
    expect(answer.headers.get('content-type')).toBe('application/x-tar');
    expect(Buffer.from(await answer.arrayBuffer()).toString('latin1')).toContain('in-the-tar');
  });
});

describe('the stream of a process', () => {
  it('gives output and exit, while input goes in', async () => {
    const { client, base, id } = await linked();
    await client.processes.start({ agent: id, id: 'cat', command: 'cat; echo done >&2', stdin: 'pipe' });
    const answer = await client.raw(`${base}/processes/cat/stream`);
    await client.raw(`${base}/processes/cat/stdin?close=true`, {
      method: 'POST',
      body: 'through the server',
    });
    const decode = frameDecoder();
    const seen: string[] = [];
    for await (const bytes of answer.body as unknown as AsyncIterable<Uint8Array>) {
      for (const { kind, payload } of decode(bytes)) {
        const data = Buffer.from(payload).toString();
        if (kind === ProcessFrame.exit) seen.push(`exit ${JSON.parse(data).exit_code}`);
        else seen.push(`${kind === ProcessFrame.stdout ? 'out' : 'err'} ${data}`);
      }
    }
    expect(seen).toEqual(['out through the server', 'err done\n', 'exit 0']);
    expect((await failure(client.raw(`${base}/processes/none/stream`))).status).toBe(404);
    const closed = client.raw(`${base}/processes/cat/stdin`, { method: 'POST', body: 'more' });
    expect((await failure(closed)).status).toBe(409);
  });
});

describe('the terminal', () => {
  it('speaks the protocol of upstream, and is there again for the viewer that comes back', async () => {
    const { user, id } = await linked();
    const reconnect = randomUUID();
    const open = async (query = `reconnect=${reconnect}&width=100&height=30`) => {
      const address = `${h.url.replace('http', 'ws')}/api/v2/workspaceagents/${id}/pty?${query}`;
      const socket = new WebSocket(address, { headers: { 'Coder-Session-Token': user.token } });
      let shown = '';
      socket.on('message', (bytes: Buffer) => {
        shown += bytes.toString();
      });
      const until = async (wanted: string) => {
        while (!shown.includes(wanted)) await once(socket, 'message');
      };
      return { socket, until };
    };
    const first = await open();
    await once(first.socket, 'open');
    first.socket.send(JSON.stringify({ data: 'stty size; echo mark$((40+2))\r' }));
    await first.until('30 100');
    await first.until('mark42');
    first.socket.send(JSON.stringify({ height: 20, width: 50 }));
    first.socket.send(JSON.stringify({ data: 'stty size\r' }));
    await first.until('20 50');
    first.socket.close();
    await once(first.socket, 'close');

    const second = await open();
    await second.until('mark42');
    second.socket.send('not json');
    const [code] = await once(second.socket, 'close');
    expect(code).toBe(1003);

    const bad = await open('reconnect=&width=1');
    const [, answer] = await once(bad.socket, 'unexpected-response');
    expect(answer.statusCode).toBe(400);
    bad.socket.on('error', () => undefined);
    bad.socket.terminate();
  });
});

describe('the terminal of a person', () => {
  it('is there again for another session of hers, and for no program that names it', async () => {
    const user = await h.user({ session: true });
    const seeded = await h.workspace(user);
    await h.startAgent(seeded);
    const reconnect = randomUUID();
    const open = async (token: string, headers: Record<string, string> = {}) => {
      const address = `${h.url.replace('http', 'ws')}/api/v2/workspaceagents/${seeded.agentId}/pty?reconnect=${reconnect}`;
      const socket = new WebSocket(address, { headers: { 'Coder-Session-Token': token, ...headers } });
      let shown = '';
      socket.on('message', (bytes: Buffer) => {
        shown += bytes.toString();
      });
      await once(socket, 'open');
      return {
        async type(text: string, wanted: string) {
          socket.send(JSON.stringify({ data: `${text}\r` }));
          while (!shown.includes(wanted)) await once(socket, 'message');
          return shown;
        },
      };
    };
    await (await open(user.token)).type('secret=$((40+2)); echo mine$secret', 'mine42');
    expect(await (await open(user.token)).type('echo again$secret', 'again42')).toContain('mine42');
    const token = await h.user({ roles: ['owner'] });
    const program = await (await open(token.token)).type('echo "got=$secret."', 'got=.');
    expect(program).not.toContain('mine42');
    const client = await open(user.token, { 'Coder-Via': 'mcp' });
    expect(await client.type('echo "got=$secret."', 'got=.')).not.toContain('mine42');
    const back = await open(token.token);
    expect(await back.type('echo end$((1+1))', 'end2')).toContain('got=.');
  });
});

describe('the log that is followed', () => {
  it('sends what is there and what comes, and ends with the workspace', async () => {
    const user = await h.user();
    const seeded = await h.workspace(user);
    const line = (output: string) =>
      h.database.db
        .insertInto('workspace_agent_logs')
        .values({
          agent_id: seeded.agentId,
          source_id: randomUUID(),
          level: 'info',
          output,
          created_at: new Date(),
        })
        .execute();
    const tell = (channel: string, payload: string) =>
      h.database.pool.query('select pg_notify($1, $2)', [channel, payload]);
    await line('before');
    const socket = new WebSocket(
      `${h.url.replace('http', 'ws')}/api/v2/workspaceagents/${seeded.agentId}/logs?follow`,
      { headers: { 'Coder-Session-Token': user.token } },
    );
    const [first] = await once(socket, 'message');
    expect(JSON.parse(first.toString())).toMatchObject([{ output: 'before', level: 'info' }]);
    const next = once(socket, 'message');
    await line('after');
    await tell('agent_log', seeded.agentId);
    const [second] = await next;
    expect(JSON.parse(second.toString())).toMatchObject([{ output: 'after' }]);
    const closed = once(socket, 'close');
    await h.database.db
      .updateTable('workspace_agents')
      .set({ token_hash: null })
      .where('id', '=', seeded.agentId)
      .execute();
    await tell('workspace_changed', seeded.workspaceId);
    const [code] = await closed;
    expect(code).toBe(1000);
  });
});
