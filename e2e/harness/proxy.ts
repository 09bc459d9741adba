import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';

export type TestProxy = AsyncDisposable & {
  readonly url: string;
  /** Where it leads. */
  target: string;
  /** Headers of requests that it does not pass on. */
  drops: readonly string[];
  /** Whether it gives an answer only when it has the whole of it. */
  buffers: boolean;
};

/** A proxy on loopback in front of a deployment, which can be told to get things wrong as real ones do. */
export async function startProxy(): Promise<TestProxy> {
  const server = createServer((incoming, outgoing) => {
    const { hostname, port } = new URL(proxy.target);
    const headers = { ...incoming.headers };
    for (const name of proxy.drops) delete headers[name.toLowerCase()];
    const sent = request(
      { hostname, port, path: incoming.url, method: incoming.method, headers },
      (answer) => {
        if (!proxy.buffers) {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
          return;
        }
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          outgoing.end(Buffer.concat(parts));
        });
      },
    );
    sent.on('error', () => outgoing.destroy());
    outgoing.on('close', () => sent.destroy());
    incoming.pipe(sent);
  });
  server.on('upgrade', (incoming: IncomingMessage, near: Duplex, head: Buffer) => {
    const { hostname, port } = new URL(proxy.target);
    const far = connect(Number(port), hostname, () => {
      const lines = incoming.rawHeaders.flatMap((text, at, all) =>
        at % 2 === 0 ? [`${text}: ${all[at + 1]}`] : [],
      );
      far.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      far.write(head);
      far.pipe(near).pipe(far);
    });
    far.on('error', () => near.destroy());
    near.on('error', () => far.destroy());
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    sockets.add(near);
  });
  const sockets = new Set<Duplex>();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: TestProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: '',
    drops: [],
    buffers: false,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
