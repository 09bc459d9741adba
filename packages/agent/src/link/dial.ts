import type { Duplex } from 'node:stream';
import { AGENT_LINK_PATH, AGENT_TOKEN_HEADER, joinWrites } from '@coder/api/agent';
import { createWebSocketStream, WebSocket } from 'ws';

/** Where the link is: `https://host/base` gives `wss://host/base/api/v2/…`; `unix:///path` gives ws's form for a socket file. */
export function linkAddress(agentUrl: string): string {
  const url = new URL(agentUrl);
  if (url.protocol === 'unix:' || url.protocol === 'ws+unix:') {
    const [file] = url.pathname.split(':', 1);
    return `ws+unix:${file}:${AGENT_LINK_PATH}`;
  }
  if (!['http:', 'https:', 'ws:', 'wss:'].includes(url.protocol)) {
    throw new Error(`CODER_AGENT_URL has the protocol ${url.protocol} Use http, https, ws, wss or unix.`);
  }
  url.protocol = url.protocol.replace('http', 'ws');
  url.pathname = url.pathname.replace(/\/+$/, '') + AGENT_LINK_PATH;
  url.search = '';
  return url.toString();
}

/**
 * RFC 6455 section 10.3 has clients mask what they send, so that no proxy that reads along can be made to take it for a request.
 * There is none to fool on a socket file, on the machine itself or inside TLS: a mask of zeros, which the library then need not
 * apply, saves both sides half the time of a large answer.
 */
function needsMask(address: string): boolean {
  if (address.startsWith('ws+unix:')) return false;
  const { protocol, hostname } = new URL(address);
  return protocol !== 'wss:' && !['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
}

/** What became of one dial. `refused`: the server answered, and not with a link; `lost`: there was a link, it is over. */
export type DialEnd =
  | { kind: 'refused'; status: number }
  | { kind: 'unreachable'; reason: string }
  | { kind: 'lost'; reason: string };

export interface DialOptions {
  address: string;
  token: string;
  version: string;
  pingMs: number;
  /** No answer within this time is a dead dial. */
  handshakeMs: number;
  /** The request is on its way: there is time for other work until the answer comes. */
  onSent?: (() => void) | undefined;
  onOpen: (duplex: Duplex) => void;
  signal: AbortSignal;
}

/** Dials once and returns when that link has ended. Never throws. */
export function dial(options: DialOptions): Promise<DialEnd> {
  return new Promise((resolve) => {
    const socket = new WebSocket(options.address, {
      headers: { [AGENT_TOKEN_HEADER]: options.token, 'User-Agent': `coder-agent/${options.version}` },
      handshakeTimeout: options.handshakeMs,
      perMessageDeflate: false,
      ...(needsMask(options.address) ? {} : { generateMask: (mask) => mask.fill(0) }),
      maxPayload: 64 * 1024 * 1024,
      finishRequest: (request) => {
        request.once('finish', () => options.onSent?.());
        request.end();
      },
    });
    let opened = false;
    let alive = true;
    let failure: DialEnd | undefined;
    let timer: NodeJS.Timeout | undefined;
    const abort = () => (opened ? socket.close(1001, 'agent stopping') : socket.terminate());
    options.signal.addEventListener('abort', abort, { once: true });

    socket.on('unexpected-response', (request, response) => {
      failure = { kind: 'refused', status: response.statusCode ?? 0 };
      response.resume();
      request.destroy();
      socket.terminate();
    });
    socket.on('error', (error) => {
      failure ??= opened
        ? { kind: 'lost', reason: error.message }
        : { kind: 'unreachable', reason: error.message };
    });
    socket.on('open', () => {
      opened = true;
      const duplex = createWebSocketStream(socket, {
        readableHighWaterMark: 1024 * 1024,
        writableHighWaterMark: 1024 * 1024,
      });
      joinWrites(duplex, (message, done) => socket.send(message, done));
      duplex.on('error', () => {});
      const heard = () => {
        alive = true;
      };
      socket.on('pong', heard);
      socket.on('ping', heard);
      socket.on('message', heard);
      timer = setInterval(() => {
        if (!alive) {
          failure = { kind: 'lost', reason: 'no answer to a ping' };
          socket.terminate();
          return;
        }
        alive = false;
        socket.ping();
      }, options.pingMs);
      options.onOpen(duplex);
    });
    socket.on('close', (code, reason) => {
      clearInterval(timer);
      options.signal.removeEventListener('abort', abort);
      resolve(
        failure ?? {
          kind: opened ? 'lost' : 'unreachable',
          reason: `closed ${code} ${reason.toString()}`.trim(),
        },
      );
    });
  });
}
