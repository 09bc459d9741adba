import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { goodAnswer, type Memory } from './good-answers.ts';
import type { Reply, Seen } from './replies.ts';

export type Fault = {
  /** Headers of requests that do not get through. */
  readonly drops?: readonly string[];
  /** What becomes of an answer on its way; undefined for no answer at all. */
  readonly answer?: (seen: Seen, reply: Reply) => Reply | undefined;
  /** Holds streams back until they end, as a proxy that buffers does. */
  readonly holdsStreams?: boolean;
};

export type FakeDeployment = AsyncDisposable & {
  /** Where it listens. */
  readonly url: string;
  readonly seen: readonly Seen[];
  /** What is registered and not deleted. */
  readonly clients: ReadonlyMap<string, unknown>;
  readonly server: Server;
};

/** A deployment on loopback that has one thing wrong with it, or none. Its public address may be another. */
export async function startFakeDeployment(
  fault: Fault,
  options: { accessUrl?: string | undefined; token: string },
): Promise<FakeDeployment> {
  const seen: Seen[] = [];
  const clients: Memory['clients'] = new Map();
  const server = createServer((request, response) => {
    void (async () => {
      const one = await readRequest(request, fault.drops ?? []);
      seen.push(one);
      const memory = { accessUrl: options.accessUrl ?? url, token: options.token, clients };
      const good = goodAnswer(one, memory);
      const reply = fault.answer ? fault.answer(one, good) : good;
      if (reply) write(response, reply, fault.holdsStreams === true);
    })().catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    seen,
    clients,
    server,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function write(response: ServerResponse, { status, headers, body, open }: Reply, holds: boolean): void {
  response.writeHead(status, headers);
  if (!open) response.end(body);
  else if (!holds) response.write(body);
  else response.flushHeaders();
}

async function readRequest(request: IncomingMessage, drops: readonly string[]): Promise<Seen> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '/', 'http://fake');
  const headers = new Headers(request.headers as Record<string, string>);
  for (const name of drops) headers.delete(name);
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers,
    body: Buffer.concat(chunks).toString(),
  };
}
