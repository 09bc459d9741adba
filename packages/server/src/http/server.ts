import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ApiError } from '@coder/api';
import { getRequestListener } from '@hono/node-server';
import type { Logger } from '../logger.ts';
import { errorResponse } from './error-response.ts';
import { listen } from './listen.ts';
import type { OpenRequests } from './open-requests.ts';
import type { HttpBindings } from './request-info.ts';
import type { Upgrades } from './upgrades.ts';

export interface HttpServer {
  /** `http://host:port`, with the port that was taken if 0 was asked for. */
  readonly url: string;
  readonly port: number;
  /**
   * Stops taking connections, lets what is being answered finish, closes WebSockets with 1001, and after `graceMs` ends
   * what is left.
   */
  close(graceMs: number): Promise<void>;
}

export interface HttpServerOptions {
  fetch(request: Request, bindings: HttpBindings): Response | Promise<Response>;
  address: { host: string; port: number };
  upgrades: Upgrades;
  /** Sent as X-Coder-Build-Version with every answer. */
  version: string;
  log: Logger;
  /** Told of each connection. */
  openRequests?: OpenRequests | undefined;
  /** How long the headers of a request may take, or a new connection to send its first, in milliseconds. */
  headersMs?: number;
}

/** Listens, and hands requests to `fetch` and upgrades to the registry. */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { address, upgrades, version, log, openRequests, headersMs = 20_000 } = options;
  let closing = false;
  const listener = getRequestListener((request, env) => options.fetch(request, env as HttpBindings), {
    errorHandler: (error) => badRequest(error, log),
  });
  const server = createServer(
    {
      // A transfer into a workspace may take long. The application has a shorter time for all other bodies.
      requestTimeout: 3_600_000,
      headersTimeout: headersMs,
      connectionsCheckingInterval: Math.min(5_000, headersMs),
      // Longer than the minute after which load balancers let go of an idle connection.
      keepAliveTimeout: 75_000,
    },
    (incoming: IncomingMessage, outgoing: ServerResponse) => {
      outgoing.setHeader('X-Content-Type-Options', 'nosniff');
      outgoing.setHeader('X-Coder-Build-Version', version);
      if (closing) outgoing.setHeader('Connection', 'close');
      outgoing.once('close', () => {
        if (closing) server.closeIdleConnections();
      });
      void listener(incoming, outgoing);
    },
  );
  server.on('upgrade', upgrades.handle);
  server.on('connection', (socket) => openRequests?.connected(socket));
  const { url, port } = await listen(server, address, '--http-address (CODER_HTTP_ADDRESS)');
  return {
    url,
    port,
    async close(graceMs) {
      closing = true;
      const { promise: closed, resolve: done } = Promise.withResolvers<void>();
      server.close(() => done());
      upgrades.close();
      const deadline = setTimeout(() => {
        upgrades.terminate();
        server.closeAllConnections();
      }, graceMs);
      await closed;
      clearTimeout(deadline);
    },
  };
}

/** What Node's adapter could not make a request of, such as one with a broken Host header. */
function badRequest(error: unknown, log: Logger): Response {
  log.debug({ err: error }, 'a request could not be read');
  return errorResponse(new ApiError('BAD_REQUEST'));
}
