import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Callback = {
  /** Where the browser is to bring the answer: this machine, on a free port. */
  readonly redirectUri: string;
  /** The answer that carries this state. Others, which any page could send, are refused. */
  answer(state: string, signal: AbortSignal): Promise<URLSearchParams>;
  close(): Promise<void>;
};

/** Waits on loopback for the answer of an authorization. */
export async function listenForCallback(): Promise<Callback> {
  let expected: { state: string; resolve: (answer: URLSearchParams) => void } | undefined;
  const server = createServer((request, response) => {
    const url = URL.parse(request.url ?? '', 'http://127.0.0.1');
    if (request.method !== 'GET' || url?.pathname !== '/callback')
      return page(response, 404, 'There is nothing here.');
    if (expected === undefined || url.searchParams.get('state') !== expected.state) {
      return page(response, 400, 'This answer belongs to another request.');
    }
    expected.resolve(url.searchParams);
    page(response, 200, 'Done. You can close this page and go back to the terminal.');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    redirectUri: `http://127.0.0.1:${port}/callback`,
    answer: (state, signal) =>
      new Promise((resolve, reject) => {
        const stop = () => reject(signal.reason);
        if (signal.aborted) return stop();
        signal.addEventListener('abort', stop, { once: true });
        expected = { state, resolve };
      }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function page(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      connection: 'close',
    })
    .end(`<!doctype html><title>Coder</title><p>${text}</p>\n`);
}
