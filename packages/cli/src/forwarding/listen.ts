import { createServer, type Server, type Socket } from 'node:net';
import { CliError } from '../cli-error.ts';
import type { Forward } from './parse-forward.ts';

/** A local port that is listened on. */
export type Listener = {
  readonly host: string;
  readonly port: number;
  readonly remotePort: number;
  close(): void;
};

function listenOn(host: string, port: number, connected: (socket: Socket) => void): Promise<Server> {
  // A connection waits, unread, until the workspace has taken its other end.
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, connected);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => resolve(server));
  });
}

function refusal(error: NodeJS.ErrnoException, host: string, port: number): CliError {
  const place = `${host}:${port}`;
  if (error.code === 'EADDRINUSE') {
    return new CliError(
      `Something listens on ${place} already. End it, or choose another local port, as in --tcp ${port + 1}:${port}.`,
    );
  }
  if (error.code === 'EACCES') {
    return new CliError(
      `You may not listen on ${place}. Choose a local port from 1024, as in --tcp ${8000 + (port % 1000)}:${port}.`,
    );
  }
  if (error.code === 'EADDRNOTAVAIL') {
    return new CliError(`This machine has no address ${host}. Leave it out to listen on loopback.`);
  }
  return new CliError(
    `Cannot listen on ${place} (${error.code ?? error.message}). Choose another local port.`,
  );
}

/** A server's port: a TCP server has an address with one. */
function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/**
 * Listens for one forward. Without an address that is loopback of IPv4, and of IPv6 on the same port where this machine has it: a
 * browser may take `localhost` for either.
 */
export async function listenFor(
  { host = '127.0.0.1', localPort, remotePort, ...forward }: Forward,
  connected: (socket: Socket, remotePort: number) => void,
): Promise<Listener> {
  const onSocket = (socket: Socket) => connected(socket, remotePort);
  const server = await listenOn(host, localPort, onSocket).catch((error: unknown) => {
    throw refusal(error as NodeJS.ErrnoException, host, localPort);
  });
  const port = portOf(server);
  const other = 'host' in forward ? undefined : await listenOn('::1', port, onSocket).catch(() => undefined);
  return {
    host,
    port,
    remotePort,
    close() {
      server.close();
      other?.close();
    },
  };
}
