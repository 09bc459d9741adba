import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAgent } from '@coder/agent';
import { WebSocketServer } from 'ws';
import { type AgentConnection, createAgentConnection } from './connection.ts';

/** For tests: a control plane that accepts links on a socket file, and can be stopped and started like the real one. */
interface LinkServer {
  url: string;
  /** The next link that an agent makes, or the one that waits. */
  next(): Promise<AgentConnection>;
  /** Answers dials with this status from now on; 0 takes them again. */
  refuseWith(status: number): void;
  dials(): number;
  /** Drops every link without a word, as kill -9 would. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

async function startLinkServer(folder: string): Promise<LinkServer> {
  const path = join(folder, 'link.sock');
  const ready: AgentConnection[] = [];
  const waiting: ((connection: AgentConnection) => void)[] = [];
  let http: Server | undefined;
  let sockets = new Set<{ destroy(): void }>();
  let status = 0;
  let dials = 0;
  const server: LinkServer = {
    url: `unix://${path}`,
    next: () =>
      ready.length > 0
        ? Promise.resolve(ready.shift() as AgentConnection)
        : new Promise((resolve) => waiting.push(resolve)),
    refuseWith(next) {
      status = next;
    },
    dials: () => dials,
    async kill() {
      for (const socket of sockets) socket.destroy();
      ready.length = 0;
      await new Promise((resolve) => (http ? http.close(resolve) : resolve(undefined)));
    },
    async start() {
      sockets = new Set();
      const wss = new WebSocketServer({
        noServer: true,
        perMessageDeflate: false,
        maxPayload: 64 * 1024 * 1024,
      });
      http = createServer();
      http.on('connection', (socket) => sockets.add(socket));
      http.on('upgrade', (request, socket, head) => {
        dials += 1;
        if (status !== 0 || request.headers['coder-session-token'] !== 'secret') {
          socket.end(`HTTP/1.1 ${status || 401} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
          return;
        }
        wss.handleUpgrade(request, socket, head, (ws) => {
          const connection = createAgentConnection(ws);
          const taker = waiting.shift();
          if (taker) taker(connection);
          else ready.push(connection);
        });
      });
      http.listen(path);
      await once(http, 'listening');
      await chmod(path, 0o777);
    },
  };
  await server.start();
  return server;
}

export interface TestAgent {
  folder: string;
  home: string;
  link: LinkServer;
  connection: AgentConnection;
  child: ChildProcess;
  /** All that the agent wrote to its log so far. */
  log(): string;
  stop(): Promise<void>;
}

export interface TestAgentOptions {
  /** Run it as this user. */
  uid?: number;
  /** Put before `node agent.cjs`. */
  wrap?: (command: string[], folder: string) => string[];
  env?: Record<string, string>;
}

/** Builds the agent, starts it as a program of its own and waits for its link. */
export async function startTestAgent(options: TestAgentOptions = {}): Promise<TestAgent> {
  const folder = await mkdtemp(join(tmpdir(), 'agent-test-'));
  const { entry } = await buildAgent({ outputFolder: join(tmpdir(), 'agent-test-builds') });
  const home = await mkdtemp(join(folder, 'home-'));
  const state = await mkdtemp(join(folder, 'state-'));
  await Promise.all([chmod(folder, 0o777), chmod(home, 0o777), chmod(state, 0o777)]);
  const link = await startLinkServer(folder);
  const command = [process.execPath, entry];
  const [file, ...args] = options.wrap ? options.wrap(command, folder) : command;
  const child = spawn(file as string, args, {
    cwd: home,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: home,
      CODER_AGENT_URL: link.url,
      CODER_AGENT_TOKEN: 'secret',
      CODER_AGENT_STATE_DIR: state,
      ...options.env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  // A test that fails before it stops its agent must not leave it running.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  let log = '';
  child.stderr?.on('data', (text: Buffer) => {
    log += text.toString();
  });
  const failed = once(child, 'exit').then(() => Promise.reject(new Error(`the agent did not start: ${log}`)));
  failed.catch(() => {});
  const connection = await Promise.race([link.next(), failed]);
  return {
    folder,
    home,
    link,
    connection,
    child,
    log: () => log,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      await link.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** All that an answer holds of a process's output. */
export function outputText(output: { chunks: { data: string }[] }): string {
  return output.chunks.map(({ data }) => data).join('');
}
