import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createNoopLogger } from '../../logger.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded.ts';
import { embeddedPaths } from './paths.ts';
import { findPostmaster, stopPostmaster, waitForEnd } from './postmaster.ts';
import { processIdentity } from './process-info.ts';
import { superviseEmbeddedPostgres } from './supervise.ts';

const log = createNoopLogger();
const root = process.getuid?.() === 0;
let dataDir: string;

async function openDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'coder-embedded-'));
  await chmod(directory, 0o711);
  return directory;
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client
    .query(text)
    .then(({ rows }) => rows)
    .finally(() => client.end());
}

async function killHard(pid: number): Promise<void> {
  const identity = processIdentity(pid);
  process.kill(pid, 'SIGKILL');
  if (identity) await waitForEnd(identity, 5_000);
}

async function stopWhatRuns(directory: string): Promise<void> {
  const postmaster = findPostmaster(embeddedPaths(directory).cluster);
  if (postmaster) await stopPostmaster(postmaster);
}

describe('the built-in PostgreSQL', () => {
  const start = () => startEmbeddedPostgres({ dataDir, log });
  let first: EmbeddedPostgres;

  beforeAll(async () => {
    dataDir = await openDirectory();
    // What an initialization that was cut short leaves behind.
    await mkdir(join(dataDir, 'postgres', 'new-abc', 'cluster', 'base'), { recursive: true });
    first = await start();
    await query(first.url, "create table kept as select 'still here' as text");
    await first.stop();
  });
  afterEach(() => stopWhatRuns(dataDir));
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  it('is made whole, and stopped whole', async () => {
    expect(first.takenOver).toBe(false);
    expect(first.alive()).toBe(false);
    await expect(stat(join(dataDir, 'postgres', 'new-abc'))).rejects.toThrow('ENOENT');
    const again = await start();
    expect(await query(again.url, 'select text from kept')).toEqual([{ text: 'still here' }]);
    expect(again.takenOver).toBe(false);
  });

  it('never runs as root, listens on no port and lets no other account near', async () => {
    const { pid, url } = await start();
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).not.toBe('0');
    expect(
      await query(
        url,
        "select name, setting from pg_settings where name in ('listen_addresses', 'fsync') order by 1",
      ),
    ).toEqual([
      { name: 'fsync', setting: 'on' },
      { name: 'listen_addresses', setting: '' },
    ]);
    const { cluster, socket, password } = embeddedPaths(dataDir);
    const modes = await Promise.all(
      [cluster, socket, password].map(async (path) => (await stat(path)).mode & 0o777),
    );
    expect(modes).toEqual([0o700, 0o700, 0o600]);
    const wrong = new URL(url);
    wrong.password = 'wrong';
    await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
  });

  it.skipIf(!root)('cannot be connected to by another account', async () => {
    await start();
    const path = join(embeddedPaths(dataDir).socket, '.s.PGSQL.5432');
    const script = `require('net').connect(${JSON.stringify(path)}).on('error', (e) => console.log(e.code)).on('connect', () => process.exit())`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], {
      uid: 1,
      gid: 1,
      cwd: '/',
    });
    expect(stdout.trim()).toBe('EACCES');
    const own = connect(path);
    await new Promise((resolve) => own.once('connect', resolve));
    own.destroy();
  });

  it('is taken over when an earlier run left it running', async () => {
    const left = await start();
    const again = await start();
    expect([again.pid, again.takenOver, again.url]).toEqual([left.pid, true, left.url]);
    await again.stop();
    expect(left.alive()).toBe(false);
  });

  it('is waited for and started when it is just ending', async () => {
    const ending = await start();
    const client = new pg.Client({ connectionString: ending.url });
    await client.connect();
    // A smart shutdown waits for this client, and lets nobody else in.
    process.kill(ending.pid, 'SIGTERM');
    const again = start();
    client.on('error', () => undefined);
    const closed = ending.alive() && client.end();
    await closed;
    const { pid, takenOver } = await again;
    expect([pid === ending.pid, takenOver]).toEqual([false, false]);
  });

  it('recovers what was committed when it was killed', async () => {
    const killed = await start();
    await query(killed.url, 'create table committed as select 1 as one');
    await killHard(killed.pid);
    const again = await start();
    expect(again.takenOver).toBe(false);
    expect(await query(again.url, 'select one from committed')).toEqual([{ one: 1 }]);
  });

  it('does not take another process for itself that has its old number', async () => {
    const { pid } = await start();
    await killHard(pid);
    const pidFile = join(embeddedPaths(dataDir).cluster, 'postmaster.pid');
    await writeFile(pidFile, (await readFile(pidFile, 'utf8')).replace(/^\d+/, String(process.pid)));
    expect((await start()).takenOver).toBe(false);
  });

  it('is started again by its supervisor under the same URL', async () => {
    const supervised = await superviseEmbeddedPostgres({ dataDir, log });
    const { pid } = supervised;
    await killHard(pid);
    await expect.poll(() => supervised.pid, { timeout: 10_000 }).not.toBe(pid);
    expect(await query(supervised.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await supervised.stop();
    expect(findPostmaster(embeddedPaths(dataDir).cluster)).toBeUndefined();
  });

  it('refuses a cluster of another major version, and one without its password, and says what to do', async () => {
    const { cluster, password } = embeddedPaths(dataDir);
    await writeFile(join(cluster, 'PG_VERSION'), '17\n');
    await expect(start()).rejects.toThrow(/made by PostgreSQL 17.*brings PostgreSQL 18.*pg_dump/);
    await writeFile(join(cluster, 'PG_VERSION'), '18\n');
    await rename(password, `${password}.away`);
    await expect(start()).rejects.toThrow(/password of the built-in database is missing/);
    await writeFile(password, 'wrong');
    await expect(start()).rejects.toThrow(/refuses the password/);
    await rename(`${password}.away`, password);
    expect((await start()).alive()).toBe(true);
  });

  it('says what PostgreSQL said when it does not start', async () => {
    await expect(
      startEmbeddedPostgres({ dataDir, log, settings: { shared_buffers: 'many' } }),
    ).rejects.toThrow(/did not start \(exit code 1\)[\s\S]*invalid value for parameter "shared_buffers"/);
  });
});

describe('a data directory', () => {
  it('with a path too long for a socket has it elsewhere', async () => {
    const base = await openDirectory();
    const long = join(base, 'x'.repeat(100));
    await mkdir(long, { mode: 0o711 });
    const { url, stop } = await startEmbeddedPostgres({ dataDir: long, log });
    const socket = new URL(url).searchParams.get('host') ?? '';
    expect(dirname(socket)).toBe(tmpdir());
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await stop();
    await rm(base, { recursive: true });
    await rm(socket, { recursive: true });
  });

  it.skipIf(!root)(
    'that the database account cannot reach is refused with the folder that is closed',
    async () => {
      const closed = await mkdtemp(join(tmpdir(), 'coder-closed-'));
      const within = join(closed, 'data');
      await mkdir(within);
      await expect(startEmbeddedPostgres({ dataDir: within, log })).rejects.toThrow(`chmod o+x ${closed}`);
      await rm(closed, { recursive: true });
    },
  );
});
