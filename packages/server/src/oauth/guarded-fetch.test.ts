import { once } from 'node:events';
import { createServer, request as plainRequest } from 'node:http';
import type { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createGuardedFetch, isPublicAddress } from './guarded-fetch.ts';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** A host that is public by name, whose connection goes to a server here; `lookups` are the addresses it was sent to. */
async function host(answer: Parameters<typeof createServer>[1], resolve = ['93.184.216.34']) {
  const server = createServer(answer as never).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const lookups: unknown[] = [];
  const send = ((url: URL, options: object, onAnswer: never) => {
    const { lookup } = options as {
      lookup: (host: string, o: object, done: (e: null, a: unknown) => void) => void;
    };
    lookup(url.hostname, { all: true }, (_error, addresses) => lookups.push(addresses));
    return plainRequest(
      `http://127.0.0.1:${port}${url.pathname}`,
      { ...options, lookup: undefined, agent: undefined } as never,
      onAnswer,
    );
  }) as never as typeof request;
  const fetch = createGuardedFetch({
    send,
    resolve: async () => resolve.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    maxBytes: 100,
    timeoutMs: 300,
  });
  return { fetch, lookups };
}

describe('an address', () => {
  it.each([
    ['93.184.216.34', true],
    ['2606:2800:220:1::1', true],
    ['127.0.0.1', false],
    ['10.1.2.3', false],
    ['172.16.0.1', false],
    ['192.168.1.1', false],
    ['169.254.169.254', false],
    ['100.64.0.1', false],
    ['0.0.0.0', false],
    ['224.0.0.1', false],
    ['::1', false],
    ['::ffff:127.0.0.1', false],
    ['::ffff:7f00:1', false],
    ['fd00::1', false],
    ['fe80::1', false],
    ['64:ff9b::7f00:1', false],
    ['2002:7f00:1::', false],
    ['::7f00:1', false],
    ['::127.0.0.1', false],
    ['::a00:1', false],
    ['4000::1', false],
    ['100::1', false],
    ['3fff::1', false],
    ['2001:db8::1', false],
    ['2001::1', false],
    ['2a00:1450:4001::1', true],
    ['nonsense', false],
  ])('%s is public: %s', (address, expected) => {
    expect(isPublicAddress(address)).toBe(expected);
  });
});

describe('a guarded fetch', () => {
  it.each([
    ['http://client.example.com/', 'only https'],
    ['ftp://client.example.com/', 'only https'],
    ['https://127.0.0.1/x', 'not a public address'],
    ['https://[::1]/x', 'not a public address'],
    ['https://2130706433/x', 'not a public address'],
    ['https://0x7f.1/x', 'not a public address'],
  ])('does not ask %s', async (address, reason) => {
    const { fetch } = await host(() => expect.unreachable());
    await expect(fetch(address)).rejects.toThrow(reason);
  });

  it('does not ask a name of which one address is private', async () => {
    const { fetch, lookups } = await host(() => expect.unreachable(), ['93.184.216.34', '10.0.0.1']);
    await expect(fetch('https://client.example.com/')).rejects.toThrow('not a public address');
    expect(lookups).toEqual([]);
  });

  it('connects to the addresses it has checked', async () => {
    const { fetch, lookups } = await host((_req, res) => res.end('{"a":1}'));
    expect(await (await fetch('https://client.example.com/')).json()).toEqual({ a: 1 });
    expect(lookups).toEqual([[{ address: '93.184.216.34', family: 4 }]]);
  });

  it('follows no redirect', async () => {
    const { fetch } = await host((_req, res) => res.writeHead(302, { location: 'http://10.0.0.1/' }).end());
    await expect(fetch('https://client.example.com/')).rejects.toThrow('redirect');
  });

  it('takes no more than it may, and waits no longer', async () => {
    const huge = await host((_req, res) => res.end('x'.repeat(101)));
    await expect(huge.fetch('https://client.example.com/')).rejects.toThrow('larger than 100 bytes');
    const silent = await host(() => undefined);
    await expect(silent.fetch('https://client.example.com/')).rejects.toThrow(/abort|timeout/i);
    const dripping = await host((_req, res) => void res.write('{'));
    await expect(dripping.fetch('https://client.example.com/')).rejects.toThrow(/abort|timeout/i);
  });
});

describe('through a proxy', () => {
  /** A proxy that notes what it is asked to connect to, and connects to nothing. */
  async function proxy(answer: string) {
    const asked: (string | undefined)[] = [];
    const server = createServer().listen(0, '127.0.0.1');
    server.on('connect', (incoming: { url?: string }, socket: { write(text: string): void }) => {
      asked.push(incoming.url);
      if (answer) socket.write(`HTTP/1.1 ${answer}\r\n\r\n`);
    });
    servers.push(server);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const fetch = createGuardedFetch({
      proxy: `http://127.0.0.1:${port}`,
      resolve: () => expect.unreachable('the proxy looks names up'),
      timeoutMs: 300,
    });
    return { fetch, asked };
  }

  it('asks it for the name, and no one else', async () => {
    const { fetch, asked } = await proxy('403 Forbidden');
    await expect(fetch('https://client.example.com/mcp.json')).rejects.toThrow(/403|tunnel/i);
    expect(asked).toEqual(['client.example.com:443']);
  });

  it.each([
    'https://127.0.0.1/x',
    'https://[::1]/x',
    'https://169.254.169.254/latest',
    'https://localhost/x',
    'https://app.localhost/x',
    'https://metadata.google.internal/x',
    'https://wiki/x',
    'https://wiki./x',
    'https://localhost../x',
    'https://api.x.svc/x',
    'https://x.localdomain/x',
    'http://client.example.com/x',
  ])('does not ask it for %s', async (address) => {
    const { fetch, asked } = await proxy('403 Forbidden');
    await expect(fetch(address)).rejects.toThrow(/public|only https/);
    expect(asked).toEqual([]);
  });

  it('waits no longer for it', async () => {
    const { fetch } = await proxy('');
    await expect(fetch('https://client.example.com/')).rejects.toThrow(/timed out after 300ms/);
  });
});
