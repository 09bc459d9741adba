import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { testDatabase } from '../testing/index.ts';

const program = fileURLToPath(new URL('../testing/server-process.ts', import.meta.url));

/** Passes connections on to a database, until it is told to leave them open and pass on nothing more. */
async function silenceable(url: string) {
  const target = new URL(url);
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    const other = target.searchParams.has('host')
      ? connect(join(target.searchParams.get('host')!, `.s.PGSQL.${target.port || 5432}`))
      : connect(Number(target.port || 5432), target.hostname);
    sockets.push(socket, other);
    for (const each of [socket, other]) each.on('error', () => undefined);
    socket.pipe(other).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = new URL(url);
  address.searchParams.delete('host');
  address.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: address.href,
    silence() {
      for (const socket of sockets) socket.unpipe().pause();
      server.removeAllListeners('connection').on('connection', (socket) => sockets.push(socket));
    },
  };
}

it('stops although its database has gone silent', { timeout: 90_000 }, async () => {
  await using database = await testDatabase();
  const way = await silenceable(database.url);
  const dataDir = await mkdtemp(join(tmpdir(), 'coder-silent-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const child = spawn(process.execPath, [program], {
    env: {
      ...process.env,
      CODER_DATA_DIR: dataDir,
      CODER_HTTP_ADDRESS: '127.0.0.1:0',
      CODER_PG_CONNECTION_URL: way.url,
      CODER_SHUTDOWN_TIMEOUT: '1s',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await expect.poll(() => said, { timeout: 20_000 }).toContain('the server is ready');
  way.silence();
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([1, null]);
  expect(said).toContain('the database does not answer');
});
