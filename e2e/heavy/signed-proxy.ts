import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A proxy on loopback that adds a bearer token to every request: the conformance suite's server mode sends none. It passes
 * on the Host header it was given, so that the server's check of it is the one that is tested.
 */
export async function startSignedProxy(target: string, token: string) {
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    const host = incoming.headers.host?.startsWith('127.0.0.1')
      ? `${hostname}:${port}`
      : incoming.headers.host;
    const headers = { ...incoming.headers, host, authorization: `Bearer ${token}` };
    const sent = request(
      { hostname, port, path: incoming.url, method: incoming.method, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    sent.on('error', () => outgoing.destroy());
    outgoing.on('close', () => sent.destroy());
    incoming.pipe(sent);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
