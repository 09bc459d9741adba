import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type ApiClient, createApiClient } from '@coder/api';
import { cleanEnv, type Finished, runCoder, spawnCoder } from './coder.ts';
import { endWorkspaces } from './processes.ts';

export const owner = { email: 'ada@example.com', username: 'ada', password: 'correct horse battery' };

export type Deployment = AsyncDisposable & {
  readonly url: string;
  readonly home: string;
  readonly env: Record<string, string>;
  readonly process: ChildProcess;
  /** A client with the owner's session; only after {@link Deployment.signIn}. */
  readonly client: ApiClient;
  readonly token: string;
  /** Runs `coder` as the signed-in owner. */
  coder(args: readonly string[], options?: Parameters<typeof runCoder>[2]): Promise<Finished>;
  /** Ends the server by a signal and waits for it. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same state and the same address. */
  restart(): Promise<void>;
};

type Options = { env?: Record<string, string>; flags?: readonly string[] };

/** Starts the server and resolves with its address when it says that it is ready. */
export async function startServer(env: Record<string, string>, flags: readonly string[], address: string) {
  const child = spawnCoder(
    ['server', '--http-address', address, '--log-format', 'json', '--log-level', 'info', ...flags],
    env,
  );
  child.stdin?.end();
  child.stdout?.resume();
  const tail: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${tail.join('\n')}`)));
    if (!child.stderr) return;
    createInterface({ input: child.stderr }).on('line', (line) => {
      tail.push(line);
      if (tail.length > 200) tail.shift();
      if (!line.includes('the server is ready')) return;
      resolve((JSON.parse(line) as { url: string }).url);
    });
  });
  return { child, url };
}

/** A deployment of its own for a test file: an empty home, a free port, the owner signed in. */
export async function createDeployment(options: Options = {}): Promise<Deployment> {
  const home = mkdtempSync(join(tmpdir(), 'coder-e2e-'));
  chmodSync(home, 0o711);
  const env = cleanEnv(home, {
    CODER_EXPERIMENTS: 'oauth2,mcp-server-http',
    CODER_LOCAL_SANDBOX: 'auto',
    // A test is faster than the agent that the default is for.
    CODER_MCP_HTTP_RATE_LIMIT: '1000',
    ...options.env,
  });
  const flags = options.flags ?? [];
  let running = await startServer(env, flags, '127.0.0.1:0').catch((error: unknown) => {
    rmSync(home, { recursive: true, force: true });
    throw error;
  });
  const url = running.url;
  const anonymous = createApiClient({ url });
  await anonymous.users.createFirst(owner);
  const { session_token: token } = await anonymous.users.login({
    email: owner.email,
    password: owner.password,
  });
  const userEnv = { ...env, CODER_URL: url, CODER_SESSION_TOKEN: token };

  const kill = async (signal: NodeJS.Signals) => {
    const { child } = running;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  return {
    url,
    home,
    env: userEnv,
    token,
    client: createApiClient({ url, token }),
    get process() {
      return running.child;
    },
    coder: (args, coderOptions) => runCoder(args, userEnv, coderOptions),
    kill,
    restart: async () => {
      await kill('SIGKILL');
      running = await startServer(env, flags, new URL(url).host);
    },
    [Symbol.asyncDispose]: async () => {
      const client = createApiClient({ url, token });
      const { workspaces } = await client.workspaces.list({ limit: 1000 }).catch(() => ({ workspaces: [] }));
      for (const workspace of workspaces) {
        await client.workspaces
          .createBuild({ workspace: workspace.id, transition: 'delete' })
          .catch(() => undefined);
      }
      await waitUntil(async () => (await client.workspaces.list({ limit: 1 })).count === 0, 30_000).catch(
        () => undefined,
      );
      await kill('SIGTERM');
      endWorkspaces(join(home, 'data'));
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Waits for something that no event tells us, by asking again; fails after `timeoutMs`. */
export async function waitUntil(check: () => Promise<boolean> | boolean, timeoutMs = 10_000): Promise<void> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    if (await check()) return;
    if (performance.now() > until) throw new Error(`not so after ${timeoutMs} ms: ${check}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
