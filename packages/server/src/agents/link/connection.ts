import { connect as http2Connect } from 'node:http2';
import type { Duplex } from 'node:stream';
import { joinWrites } from '@coder/api/agent';
import { createWebSocketStream, type WebSocket } from 'ws';
import type { LinkFault } from './agent-error.ts';
import { createFileCalls, type FileCalls } from './file-calls.ts';
import { createProcessCalls, type ProcessCalls } from './process-calls.ts';
import { type CallOptions, faultOf } from './request.ts';
import { createTunnel } from './tunnel.ts';
import { createWorkspaceCalls, type WorkspaceCalls } from './workspace-calls.ts';

/** A live link to one agent. Every call rejects with AgentError (refused) or AgentUnreachable (no answer). */
export interface AgentConnection extends WorkspaceCalls {
  processes: ProcessCalls;
  files: FileCalls;
  /** Opens a TCP connection to a port of the workspace's loopback. */
  connect(port: number, options?: CallOptions): Promise<Duplex>;
  /** Resolves with the reason once the link is over, however that came. */
  closed: Promise<string>;
  readonly isClosed: boolean;
  /** Why the link was ended, if it was for what came over it. */
  readonly fault: LinkFault | undefined;
  /** The last round trip of a ping, in milliseconds; null before the first. */
  rtt(): number | null;
  /** Measures a round trip now. */
  ping(): Promise<number>;
  close(reason?: string): void;
}

export interface ConnectionOptions {
  pingMs?: number;
}

const STREAM_WINDOW = 1024 * 1024;
const SESSION_WINDOW = 8 * 1024 * 1024;
const MAX_STREAMS = 4_096;

/**
 * Takes over an accepted WebSocket: from here the control plane is the HTTP/2 client and the agent the server.
 * Pings find a peer that is gone without a word.
 */
export function createAgentConnection(socket: WebSocket, options: ConnectionOptions = {}): AgentConnection {
  const pingMs = options.pingMs ?? 15_000;
  const duplex = createWebSocketStream(socket, {
    readableHighWaterMark: 1024 * 1024,
    writableHighWaterMark: 1024 * 1024,
  });
  joinWrites(duplex, (message, done) => socket.send(message, done));
  const session = http2Connect('http://agent', {
    createConnection: () => duplex,
    settings: { initialWindowSize: STREAM_WINDOW, enablePush: false },
    peerMaxConcurrentStreams: MAX_STREAMS,
    maxSessionMemory: 256,
  });
  session.once('connect', () => session.setLocalWindowSize(SESSION_WINDOW));

  let lastRtt: number | null = null;
  let pingSent = 0;
  let alive = true;
  let over = false;
  let reason = '';
  let finish: (reason: string) => void = () => {};
  const closed = new Promise<string>((resolve) => {
    finish = resolve;
  });
  const waitingPongs = new Set<(ms: number) => void>();

  const end = (why: string) => {
    if (over) return;
    over = true;
    reason ||= faultOf(session)?.message ?? why;
    clearInterval(timer);
    session.destroy();
    duplex.destroy();
    finish(reason);
  };
  const timer = setInterval(() => {
    if (!alive) {
      reason = `no answer to a ping for ${Math.round(pingMs / 1000)} s`;
      socket.terminate();
      end(reason);
      return;
    }
    alive = false;
    pingSent = performance.now();
    socket.ping();
  }, pingMs);
  timer.unref();
  const heard = () => {
    alive = true;
  };
  socket.on('message', heard);
  socket.on('ping', heard);
  socket.on('pong', () => {
    heard();
    lastRtt = performance.now() - pingSent;
    for (const resolve of waitingPongs) resolve(lastRtt);
    waitingPongs.clear();
  });
  socket.on('close', (code, text) =>
    end(text.length > 0 ? text.toString() : `the agent closed the link (${code})`),
  );
  socket.on('error', (error) => end(`the link failed: ${error.message}`));
  duplex.on('error', (error) => end(`the link failed: ${error.message}`));
  session.on('error', (error) => end(`the link failed: ${error.message}`));
  session.on('close', () => {
    socket.close(1001);
    end('the agent ended the link');
  });

  return {
    ...createWorkspaceCalls(session),
    processes: createProcessCalls(session),
    files: createFileCalls(session),
    connect: (port, call) => createTunnel(session, port, call ?? {}),
    closed,
    get isClosed() {
      return over;
    },
    get fault() {
      return faultOf(session);
    },
    rtt: () => lastRtt,
    ping() {
      if (over) return Promise.reject(new Error('The workspace agent is not connected.'));
      pingSent = performance.now();
      socket.ping();
      return Promise.race([
        new Promise<number>((resolve) => waitingPongs.add(resolve)),
        closed.then((why) => Promise.reject(new Error(`The link to the workspace agent closed: ${why}`))),
      ]);
    },
    close(why = 'closed by the server') {
      reason ||= why;
      session.close();
      socket.close(1001, why);
      // A peer that does not answer the close must not hold us.
      const force = setTimeout(() => {
        socket.terminate();
        end(why);
      }, 1_000);
      force.unref();
    },
  };
}
