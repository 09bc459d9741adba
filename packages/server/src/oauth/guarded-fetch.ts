import type { LookupAddress } from 'node:dns';
import { lookup as lookupAll } from 'node:dns/promises';
import { Agent, type RequestOptions, request } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

export type GuardedFetchOptions = {
  /** Names to addresses; the system's resolver by default. */
  resolve?: (host: string) => Promise<readonly LookupAddress[]>;
  /** How the connection is made; Node's https by default. */
  send?: typeof request;
  /** The longest answer in bytes, and how long all of it may take, in milliseconds. */
  maxBytes?: number;
  timeoutMs?: number;
  /** The URL of an HTTP proxy, which then looks names up and connects; addresses are checked here as ever. */
  proxy?: string;
};

/** What a stranger's address may make this server ask for: a public host, by https, without following it anywhere else. */
export type GuardedFetch = (address: string, signal?: AbortSignal) => Promise<Response>;

/** Why an address was not asked, or its answer not taken. */
class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';
}

/** Whether an address is one of the public internet: not of this machine, its network, a test range or a translation. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  // Of IPv6 only this part is given out; the rest hides other addresses (`::7f00:1`) or is for later.
  return !(parsed instanceof ipaddr.IPv6) || parsed.match(globalUnicast, 3);
}

const globalUnicast = ipaddr.IPv6.parse('2000::');

/**
 * Makes a fetch for addresses that strangers give. The name is resolved once, every address it has must be public, and the
 * connection goes to exactly those, so that a name cannot point elsewhere the second time. Redirects are not followed, an
 * answer is bounded in size and time.
 */
export function createGuardedFetch(options: GuardedFetchOptions = {}): GuardedFetch {
  const { send = request, maxBytes = 64 * 1024, timeoutMs = 5_000 } = options;
  const resolve = options.resolve ?? ((host) => lookupAll(host, { all: true, verbatim: true }));
  // An agent of its own, because the process's one may have been told of a proxy, which would look the name up again.
  // Its time is for the proxy's answer, during which the signal is not heard.
  const agent = new Agent({
    timeout: timeoutMs,
    ...(options.proxy ? { proxyEnv: { HTTPS_PROXY: options.proxy } } : {}),
  });

  return async (address, outer) => {
    const url = URL.parse(address);
    if (url?.protocol !== 'https:') throw new RefusedAddress('only https addresses are asked');
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(outer ? [outer] : [])]);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (options.proxy && isIP(host) === 0) {
      if (!isPublicName(host)) throw new RefusedAddress(`${host} is not a public name`);
      return ask(send, url, { signal, agent }, maxBytes);
    }
    const found =
      isIP(host) === 0
        ? await Promise.race([resolve(host), aborted(signal)])
        : [{ address: host, family: isIP(host) }];
    if (found.length === 0) throw new RefusedAddress(`${host} has no address`);
    const bad = found.find((entry) => !isPublicAddress(entry.address));
    if (bad) throw new RefusedAddress(`${host} is not a public address`);
    return ask(send, url, { signal, agent, lookup: pinned(found) }, maxBytes);
  };
}

/** Whether a name can be one of the public internet; what it leads to is the proxy's to know. */
function isPublicName(host: string): boolean {
  const labels = host.replace(/\.$/, '').split('.');
  if (labels.length < 2 || labels.includes('')) return false;
  return !privateDomains.has(labels.at(-1) ?? '');
}

/** Top-level names that are kept for machines and networks. */
const privateDomains = new Set([
  'localhost',
  'local',
  'internal',
  'home',
  'lan',
  'intranet',
  'test',
  'invalid',
  'localdomain',
  'svc',
  'corp',
  'private',
  'onion',
  'arpa',
]);

/** Rejects with the reason once the signal is aborted. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** Answers every look-up with the addresses that have been checked. */
function pinned(found: readonly LookupAddress[]): LookupFunction {
  return (_host, { all }, done) => {
    const [first] = found;
    if (all) done(null, [...found]);
    else done(null, first?.address ?? '', first?.family);
  };
}

function ask(send: typeof request, url: URL, options: RequestOptions, maxBytes: number): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const outgoing = send(
    url,
    { ...options, method: 'GET', headers: { accept: 'application/json', 'accept-encoding': 'identity' } },
    (incoming) => {
      const status = incoming.statusCode ?? 0;
      incoming.on('error', reject);
      const refuse = (reason: string) => {
        reject(new RefusedAddress(reason));
        outgoing.destroy();
      };
      if (status >= 300 && status < 400) {
        refuse(`${url.host} answered with a redirect, which is not followed`);
        return;
      }
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.byteLength;
        if (size <= maxBytes) chunks.push(chunk);
        else refuse(`the answer of ${url.host} is larger than ${maxBytes} bytes`);
      });
      incoming.on('end', () => {
        const headers = new Headers();
        for (const name of ['content-type', 'cache-control', 'expires'] as const) {
          const value = incoming.headers[name];
          if (value !== undefined) headers.set(name, value);
        }
        const bodyless = status === 204 || status < 200;
        resolve(
          new Response(bodyless ? null : Buffer.concat(chunks), { status: Math.max(200, status), headers }),
        );
      });
    },
  );
  outgoing.on('error', reject);
  outgoing.end();
  return promise;
}
