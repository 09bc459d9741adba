import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { createApiClient, SESSION_TOKEN_HEADER } from '@coder/api';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { spawnCoder } from './harness/coder.ts';
import { createDeployment, type Deployment, waitUntil } from './harness/deployment.ts';
import { starter } from './harness/templates.ts';
import { verifies } from './requirements.ts';

let deployment: Deployment;

beforeAll(async () => {
  deployment = await createDeployment();
  await starter(deployment, 'local');
  await ok('create', 'web', '--template', 'local', '--yes');
  // The binaries that the server keeps for its own database.
  const runtimes = join(deployment.home, 'data', 'runtime');
  const [postgres = ''] = readdirSync(runtimes).filter((name) => name.startsWith('postgres-'));
  const archive = join(deployment.home, 'postgres.tar');
  execFileSync('tar', ['-cf', archive, '-C', join(runtimes, postgres), '.']);
  await ok('cp', archive, 'web:~/postgres.tar');
  await ok('ssh', 'web', '--', 'mkdir postgres && tar -xf postgres.tar -C postgres');
}, 180_000);

afterAll(() => deployment?.[Symbol.asyncDispose](), 60_000);

async function ok(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await deployment.coder(args, { timeoutMs: 120_000 });
  expect(code, stderr).toBe(0);
  return stdout;
}

async function agentOf(name: string): Promise<string> {
  const [found] = await deployment.client.agents.find({ owner: 'me', workspace: name });
  return found?.agent_id ?? '';
}

/** Starts what goes on in the workspace, and waits until it says a text. */
async function serve(id: string, command: string, ready: string): Promise<void> {
  const { processes } = deployment.client;
  const agent = await agentOf('web');
  await processes.start({ agent, id, command });
  await waitUntil(async () => {
    const { chunks } = await processes.output({ agent, process: id });
    return chunks.some((chunk) => chunk.data.includes(ready));
  }, 60_000);
}

const website = (port: number) =>
  serve(
    `website-${port}`,
    `node -e "require('node:http').createServer((q, s) => s.end('hi from ' + q.url)).listen(${port}, '127.0.0.1', () => console.log('up'))"`,
    'up',
  );

type Forwarding = AsyncDisposable & { child: ChildProcess; ports: number[]; said: string[] };

/** Runs `coder port-forward` until it is ready; `ports` are the local ones. */
async function forward(...args: string[]): Promise<Forwarding> {
  const child = spawnCoder(['port-forward', 'web', ...args], deployment.env);
  const said: string[] = [];
  const ports: number[] = [];
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${said.join('\n')}`)));
    if (!child.stderr) return;
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      const local = /^Forwarding .*:(\d+) on this machine/.exec(line)?.[1];
      if (local !== undefined) ports.push(Number(local));
      if (line.startsWith('Ready')) resolve();
    });
  });
  return {
    child,
    ports,
    said,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGINT');
      await once(child, 'exit');
    },
  };
}

async function fetchText(port: number | undefined, path: string, host = '127.0.0.1'): Promise<string> {
  const [response] = await once(get({ host, port, path, agent: false }), 'response');
  return text(response);
}

test(verifies('cli.port-forward'), { timeout: 240_000 }, async () => {
  await website(18140);
  await serve(
    'database',
    '~/postgres/bin/initdb -D ~/cluster -U me -A trust --no-instructions >/dev/null && ' +
      "exec ~/postgres/bin/postgres -D ~/cluster -c listen_addresses=127.0.0.1 -c port=18141 -c unix_socket_directories='' 2>&1",
    'ready to accept connections',
  );
  await using forwarding = await forward('--tcp', '0:18140,0:18141', '--tcp', '[::1]:0:18140');
  const [web, database, six] = forwarding.ports;

  expect(await fetchText(web, '/a')).toBe('hi from /a');
  expect(await fetchText(six, '/b', '::1')).toBe('hi from /b');
  const client = new Client({
    host: '127.0.0.1',
    port: database as number,
    user: 'me',
    database: 'postgres',
  });
  await client.connect();
  await client.query('create table lines (n int, line text)');
  await client.query("insert into lines select n, repeat('x', 1000) from generate_series(1, 20000) n");
  const { rows } = await client.query<{ n: number; line: string }>('select * from lines order by n');
  expect([rows.length, rows.at(-1)?.n, rows[0]?.line.length]).toEqual([20_000, 20_000, 1000]);
  const others = await Promise.all(
    Array.from({ length: 10 }, async (_, n) => {
      const one = new Client({
        host: 'localhost',
        port: database as number,
        user: 'me',
        database: 'postgres',
      });
      await one.connect();
      const answer = await one.query<{ sum: string }>('select sum(n) from lines where n <= $1', [n]);
      await one.end();
      return Number(answer.rows[0]?.sum);
    }),
  );
  expect(others).toEqual(Array.from({ length: 10 }, (_, n) => (n * (n + 1)) / 2));
  await client.end();

  // The workspace gets another agent; what listens here goes on.
  await ok('restart', 'web', '--yes');
  await website(18140);
  expect(await fetchText(web, '/again')).toBe('hi from /again');
  await expect(fetchText(database, '/')).rejects.toThrow();
  await waitUntil(() => forwarding.said.some((line) => line.includes('Port 18141: Nothing answers')));
  forwarding.child.kill('SIGINT');
  expect((await once(forwarding.child, 'exit'))[0]).toBe(0);
  await expect(fetchText(web, '/')).rejects.toThrow('ECONNREFUSED');
});

test(verifies('cli.port-forward-refuses'), { timeout: 60_000 }, async () => {
  const refusal = async (...args: string[]) => {
    const { code, stderr } = await deployment.coder(['port-forward', 'web', ...args]);
    expect(code).toBe(1);
    return stderr;
  };
  expect(await refusal('--udp', '53')).toContain('UDP is not forwarded');
  expect(await refusal()).toContain('--tcp 8080:3000');
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  expect(await refusal('--tcp', `${port}:80`)).toContain(`listens on 127.0.0.1:${port} already`);
  taken.close();
});

test(verifies('ports.share'), { timeout: 90_000 }, async () => {
  const port = 18160;
  await website(port);
  const { client, url } = deployment;
  const credentials = { email: 'bob@example.com', password: 'another horse battery' };
  await client.users.create({ ...credentials, username: 'bob' });
  const anonymous = createApiClient({ url });
  const { session_token: bobs } = await anonymous.users.login(credentials);
  const visit = (headers: Record<string, string>) =>
    fetch(`${url}/@ada/web/ports/${port}/page`, { headers, redirect: 'manual' });
  const statuses = async () => {
    const answers = await Promise.all([visit({ [SESSION_TOKEN_HEADER]: bobs }), visit({})]);
    return answers.map(({ status }) => status);
  };
  const { id: workspace } = await client.workspaces.getByName({ user: 'me', name: 'web' });
  const share = (share_level: 'organization' | 'public') =>
    client.workspaces.updatePortShare({ workspace, agent_name: 'main', port, share_level });
  expect(await statuses()).toEqual([404, 401]);
  await expect(share('organization')).rejects.toThrow('does not let ports be shared');
  await ok('templates', 'edit', 'local', '--max-port-share-level', 'public');
  await share('organization');
  expect(await statuses()).toEqual([200, 401]);
  await share('public');
  expect(await (await visit({})).text()).toBe('hi from /page');
  await ok('templates', 'edit', 'local', '--max-port-share-level', 'organization');
  expect(await statuses()).toEqual([200, 401]);
  await client.workspaces.deletePortShare({ workspace, agent_name: 'main', port });
  expect(await statuses()).toEqual([404, 401]);
});
