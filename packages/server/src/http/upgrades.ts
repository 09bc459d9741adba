import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { ApiError } from '@coder/api';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Logger } from '../logger.ts';
import { clientAddress, type TrustedProxies } from './client-address.ts';
import { errorResponse, toApiError } from './error-response.ts';
import { type HostRules, hostOf } from './host-rules.ts';
import type { OpenRequests } from './open-requests.ts';
import type { RequestInfo } from './request-info.ts';

export interface UpgradeRequest {
  readonly incoming: IncomingMessage;
  readonly url: URL;
  /** The named parts of the pattern that matched. */
  readonly params: Readonly<Record<string, string>>;
  readonly info: RequestInfo;
  /** Answers 101 and gives the WebSocket; it is closed with 1001 when the server stops. */
  accept(): Promise<WebSocket>;
  /** Gives the bare connection instead, to pass the upgrade on to somebody else; it is ended when the server stops. */
  takeOver(): { socket: Duplex; head: Buffer };
  /** Ends the connection, whatever has become of it, because its caller may no longer have it. */
  end(): void;
}

/** Throw an `ApiError` before accepting, and the client gets it as an ordinary answer; what is thrown later closes with 1011. */
export type UpgradeHandler = (request: UpgradeRequest) => Promise<void> | void;

export interface Upgrades {
  /** Registers a handler for a path (`/api/v2/workspaceagents/:agent/pty`), or for what the function says is its. The first that matches gets it. */
  on(match: string | ((incoming: IncomingMessage) => boolean), handler: UpgradeHandler): void;
  /** Node's `upgrade` event. */
  handle(incoming: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every WebSocket with 1001 (going away) and every connection taken over. */
  close(): void;
  /** Ends what did not close by itself. */
  terminate(): void;
}

/** Frames beyond this end the connection. */
const maxFrameBytes = 16 * 1024 * 1024;

type Match = (incoming: IncomingMessage, url: URL) => Record<string, string> | undefined;

export interface UpgradesOptions {
  log: Logger;
  trustedProxies: TrustedProxies;
  /** The reason to take none at the moment, if there is one: a client that hears "not found" would not come back. */
  closedFor?(): ApiError | undefined;
  /** The names the server answers to; any by default. */
  hosts?: HostRules | undefined;
  /** Bounds what each caller has open; without it nothing does. */
  openRequests?: OpenRequests | undefined;
}

/**
 * Hands upgrades to their handlers. What nobody has registered is answered with 404, and what a handler throws like any error of
 * the API, as long as the connection is not taken over.
 */
export function createUpgrades({
  log,
  trustedProxies,
  closedFor,
  hosts,
  openRequests,
}: UpgradesOptions): Upgrades {
  const routes: { match: Match; handler: UpgradeHandler }[] = [];
  const server = new WebSocketServer({ noServer: true, maxPayload: maxFrameBytes, perMessageDeflate: false });
  const taken = new Set<Duplex>();
  const addressOf = clientAddress(trustedProxies);

  async function dispatch(
    incoming: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    info: RequestInfo,
    onAccept: (webSocket: WebSocket) => void,
    end: () => void,
  ): Promise<void> {
    const closed = closedFor?.();
    if (closed) throw closed;
    const host = hostOf(incoming);
    hosts?.check(host);
    const ended = openRequests?.begin(info.id, info.ip, incoming.socket);
    if (ended) socket.once('close', ended);
    const url = requestUrl(incoming);
    for (const { match, handler } of routes) {
      const params = match(incoming, url);
      if (!params) continue;
      await handler({
        incoming,
        url,
        params,
        info,
        accept: () =>
          new Promise((resolve, reject) => {
            const failed = () =>
              reject(new ApiError('BAD_REQUEST', { message: 'The WebSocket handshake failed.' }));
            // A handshake that is not right is answered by the library, which then tells nobody.
            if (socket.destroyed) failed();
            else socket.once('close', failed);
            server.handleUpgrade(incoming, socket, head, (webSocket) => {
              onAccept(webSocket);
              resolve(webSocket);
            });
          }),
        takeOver() {
          taken.add(socket);
          socket.once('close', () => taken.delete(socket));
          return { socket, head };
        },
        end,
      });
      return;
    }
    throw new ApiError('NOT_FOUND', { message: 'Route not found.' });
  }

  return {
    on(match, handler) {
      routes.push({
        match:
          typeof match === 'string' ? pathMatch(match) : (incoming) => (match(incoming) ? {} : undefined),
        handler,
      });
    },
    handle(incoming, socket, head) {
      // A client that goes away while it is being authenticated is no error of ours.
      socket.on('error', (err) => log.debug({ err }, 'a connection broke while it was being upgraded'));
      const gone = new AbortController();
      socket.once('close', () => gone.abort());
      const info: RequestInfo = {
        id: randomUUID(),
        ip: addressOf(incoming.socket.remoteAddress, (name) => headerOf(incoming, name)),
        userAgent: incoming.headers['user-agent'] ?? '',
        headers: headersOf(incoming),
        signal: gone.signal,
      };
      let accepted: WebSocket | undefined;
      const onAccept = (webSocket: WebSocket) => {
        accepted = webSocket;
      };
      const end = () => {
        accepted?.close(1008, 'You are signed out.');
        // What still comes from there is not to be heard.
        setImmediate(() => socket.destroy());
      };
      dispatch(incoming, socket, head, info, onAccept, end).catch((thrown) => {
        const error = toApiError(thrown, info.id);
        // A server that starts, stops or is too busy says so to the caller; that is no failure of its own.
        if (error.code === 'INTERNAL')
          log.error({ err: error.cause ?? error, requestId: info.id }, 'an upgrade failed');
        if (accepted) accepted.close(1011, 'The server failed. Connect again.');
        else void refuse(socket, errorResponse(error), info.id);
      });
    },
    close() {
      for (const socket of server.clients) socket.close(1001, 'The server is stopping.');
      for (const socket of taken) socket.end();
    },
    terminate() {
      for (const socket of server.clients) socket.terminate();
      for (const socket of taken) socket.destroy();
    },
  };
}

function pathMatch(path: string): Match {
  const pattern = new URLPattern({ pathname: path });
  return (_, url) => {
    const groups = pattern.exec({ pathname: url.pathname })?.pathname.groups;
    if (!groups) return undefined;
    return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decode(value ?? '')]));
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ApiError('BAD_REQUEST', { message: 'The path is not properly encoded.' });
  }
}

function requestUrl(incoming: IncomingMessage): URL {
  try {
    return new URL(incoming.url ?? '/', 'http://server');
  } catch {
    throw new ApiError('BAD_REQUEST', { message: 'The path is not valid.' });
  }
}

function headerOf(incoming: IncomingMessage, name: string): string | undefined {
  const value = incoming.headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(', ') : value;
}

function headersOf(incoming: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  return headers;
}

/** Writes an answer by hand on a connection that did not become a WebSocket. If it was passed on, it just ends. */
async function refuse(socket: Duplex, response: Response, requestId: string): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  if (!socket.writable || ('bytesWritten' in socket && Number(socket.bytesWritten) > 0)) {
    socket.destroy();
    return;
  }
  const head = [
    `HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ''}`,
    ...[...response.headers].map(([name, value]) => `${name}: ${value}`),
    `x-coder-request-id: ${requestId}`,
    `content-length: ${body.length}`,
    'connection: close',
  ];
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]));
}
