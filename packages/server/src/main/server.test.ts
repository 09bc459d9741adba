import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../config/index.ts';
import {
  embeddedPaths,
  findPostmaster,
  isAlive,
  processIdentity,
  stopPostmaster,
} from '../database/index.ts';
import { createLogger } from '../logger.ts';
import { createNoopLogger, testDatabase } from '../testing/index.ts';
import { startServer } from './index.ts';

const program = fileURLToPath(new URL('../testing/server-process.ts', import.meta.url));
const log = createNoopLogger();
let dataDir: string;
const children: ChildProcess[] = [];

const configOf = (env: Record<string, string> = {}) =>
  parseConfig({ env: { CODER_DATA_DIR: dataDir, CODER_HTTP_ADDRESS: '127.0.0.1:0', ...env } }).config;
async function startedServer(env: Record<string, string>) {
  const server = await startServer(configOf(env), { log });
  return { ...server, [Symbol.asyncDispose]: server.close };
}
const postmaster = () => findPostmaster(embeddedPaths(dataDir).cluster);

/** Starts a server process and resolves when it is ready. */
async function launch(): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, CODER_DATA_DIR: dataDir, CODER_HTTP_ADDRESS: '127.0.0.1:0' },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  children.push(child);
  const output: string[] = [];
  const lines = createInterface({ input: child.stderr! });
  const ready = Promise.withResolvers<string>();
  lines.on('line', (text) => {
    output.push(text);
    if (text.includes('the server is ready')) ready.resolve(JSON.parse(text).url);
  });
  child.once('exit', (code) => {
    ready.reject(new Error(`the server ended with ${code}:\n${output.join('\n')}`));
    if (code) console.error(output.join('\n'));
  });
  return { child, url: await ready.promise };
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'coder-main-'));
  await chmod(dataDir, 0o711);
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  const left = postmaster();
  if (left) await stopPostmaster(left);
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

describe('a server', () => {
  it('starts from nothing, is healthy, and stops without a trace', async () => {
    const server = await startServer(configOf(), { log });
    expect(await (await fetch(`${server.url}/healthz`)).text()).toBe('OK');
    expect(server.accessUrl).toBe(server.url);
    const { rows } = await server.database.pool.query('select count(*) from schema_migrations');
    expect(rows[0].count).toBeGreaterThan(0);
    await server.close();
    await expect(fetch(server.url)).rejects.toThrow();
    expect(postmaster()).toBeUndefined();
  });

  it('answers to no name but its own, before it has an owner too', async () => {
    await using server = await startedServer({ CODER_HTTP_ALLOWED_HOSTS: 'coder.internal' });
    const ask = async (host: string) => {
      const sent = request(`${server.url}/api/v2/users/first`, { headers: { host } }).end();
      const [response] = await once(sent, 'response');
      response.resume();
      return response.statusCode;
    };
    // Nobody has signed up, so a page that could ask this could also become the owner.
    expect(await ask(new URL(server.url).host)).toBe(404);
    expect(await ask('coder.internal')).toBe(404);
    expect(await ask('evil.example.net')).toBe(403);
  });

  it('refuses a data directory that another one uses, and leaves that one alone', async () => {
    const first = await startServer(configOf(), { log });
    await expect(startServer(configOf(), { log })).rejects.toThrow(
      new RegExp(`process \\d+ uses the data directory .* Its dashboard is at ${first.accessUrl} now`),
    );
    expect((await fetch(`${first.url}/healthz`)).status).toBe(200);
    await first.close();
  });

  it('refuses an address that is taken, and leaves nothing running', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect(startServer(configOf({ CODER_HTTP_ADDRESS: `127.0.0.1:${port}` }), { log })).rejects.toThrow(
      `another program listens on 127.0.0.1:${port}. Choose another address with --http-address`,
    );
    other.close();
    expect(postmaster()).toBeUndefined();
  });

  it('says which PostgreSQL it cannot use, without its password', async () => {
    const config = configOf({
      CODER_PG_CONNECTION_URL: 'postgresql://ann:hunter2@does-not-exist.invalid/coder',
    });
    const error: Error = await startServer(config, { log }).catch((e) => e);
    expect(error.message).toMatch(
      /database cannot be used.*CODER_PG_CONNECTION_URL \(does-not-exist\.invalid\/coder\)/,
    );
    expect(error.message).not.toContain('hunter2');
  });

  it("runs on an operator's PostgreSQL and starts none of its own", async () => {
    await using database = await testDatabase({ empty: true });
    const server = await startServer(configOf({ CODER_PG_CONNECTION_URL: database.url }), { log });
    expect(await (await fetch(`${server.url}/healthz`)).text()).toBe('OK');
    expect(postmaster()).toBeUndefined();
    await server.close();
  });

  it('serves metrics where it is told to', async () => {
    const config = configOf({ CODER_PROMETHEUS_ENABLE: 'true', CODER_PROMETHEUS_ADDRESS: '127.0.0.1:0' });
    const lines: string[] = [];
    const server = await startServer(config, {
      log: createLogger({
        level: 'info',
        format: 'json',
        destination: { write: (line) => lines.push(line) },
      }),
    });
    await fetch(`${server.url}/latency-check`);
    const { url } = JSON.parse(lines.find((line) => line.includes('metrics are served')) ?? '{}');
    expect(await (await fetch(url)).text()).toContain(
      'coderd_api_requests_processed_total{code="200",method="GET",path="/latency-check"} 1',
    );
    await server.close();
  });
});

describe('a server process', () => {
  it('stops in order on SIGTERM, with its database', async () => {
    const { child } = await launch();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(postmaster()).toBeUndefined();
  });

  it('takes its database over after it was killed', async () => {
    const killed = await launch();
    const left = postmaster();
    killed.child.kill('SIGKILL');
    await once(killed.child, 'exit');
    expect(left && isAlive(left)).toBe(true);
    const again = await launch();
    expect(postmaster()?.pid).toBe(left?.pid);
    expect(await (await fetch(`${again.url}/healthz`)).text()).toBe('OK');
    again.child.kill('SIGTERM');
    expect(await once(again.child, 'exit')).toEqual([0, null]);
    expect(left && isAlive(left)).toBe(false);
  });

  it('keeps serving when its database was killed', async () => {
    const { child, url } = await launch();
    const { pid } = postmaster() ?? { pid: 0 };
    process.kill(pid, 'SIGKILL');
    await expect
      .poll(
        async () => [
          postmaster()?.pid !== pid && processIdentity(pid) === undefined,
          (await fetch(`${url}/healthz`)).status,
        ],
        { timeout: 15_000 },
      )
      .toEqual([true, 200]);
    expect(child.exitCode).toBeNull();
  });
});
