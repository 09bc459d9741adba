import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartupError } from '../startup-error.ts';

/** Starts to listen and returns the URL with the port that was taken. What keeps it from listening names the option to change. */
export async function listen(
  server: Server,
  address: { host: string; port: number },
  option: string,
): Promise<{ url: string; port: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (error: NodeJS.ErrnoException) => reject(listenError(error, address, option));
  server.once('error', fail);
  server.listen(address.port, address.host, resolve);
  await promise;
  server.off('error', fail);
  const { port } = server.address() as AddressInfo;
  return { url: `http://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`, port };
}

function listenError(
  error: NodeJS.ErrnoException,
  { host, port }: { host: string; port: number },
  option: string,
): StartupError {
  const reasons: Record<string, string> = {
    EADDRINUSE: `another program listens on ${host}:${port}`,
    EACCES: `this user may not listen on port ${port}`,
    EADDRNOTAVAIL: `this machine does not have the address ${host}`,
    ENOTFOUND: `the name ${host} is not known`,
  };
  const reason = reasons[error.code ?? ''] ?? error.message;
  return new StartupError(`The server cannot listen: ${reason}. Choose another address with ${option}.`, {
    cause: error,
  });
}
