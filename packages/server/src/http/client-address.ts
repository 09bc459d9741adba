import { BlockList, isIP, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

export interface TrustedProxies {
  /** Headers that carry the client's address, the first that is present counts: `X-Forwarded-For`, `Cf-Connecting-Ip`. */
  headers: readonly string[];
  /** Addresses and networks (`10.0.0.0/8`) whose headers are believed. */
  origins: readonly string[];
}

type ReadHeader = (name: string) => string | undefined;

/**
 * Makes the function that tells a client's address from that of the connection and the request's headers. A header is
 * believed only from a trusted proxy, and in a list of addresses the last one that is not a trusted proxy is the client.
 */
export function clientAddress(
  trusted: TrustedProxies,
): (remote: string | undefined, header: ReadHeader) => string {
  const isProxy = trustedProxy(trusted);
  return (remoteAddress, header) => {
    const remote = plainAddress(remoteAddress ?? '');
    if (!remote || !isProxy(remote)) return remote;
    for (const name of trusted.headers) {
      const hops = (header(name) ?? '').split(',').map((hop) => plainAddress(hop.trim()));
      const client = hops.filter(Boolean).findLast((hop) => !isProxy(hop));
      if (client) return client;
    }
    return remote;
  };
}

/** Makes the function that tells whether an address is a trusted proxy's. */
export function trustedProxy({ origins }: TrustedProxies): (address: string) => boolean {
  const proxies = new BlockList();
  for (const origin of origins) addOrigin(proxies, origin);
  return (address) => proxies.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** An address without the IPv6 form of an IPv4 one; empty if it is none. */
export function plainAddress(text: string): string {
  const address = text.startsWith('::ffff:') && isIP(text.slice(7)) === 4 ? text.slice(7) : text;
  return isIP(address) ? address : '';
}

/**
 * By what the requests of an address are counted: itself, or for IPv6 the network of 64 bits that one customer gets, since who
 * has one has all of its addresses.
 */
export function addressGroup(address: string): string {
  if (!address.includes(':') || !ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
  const network = parsed.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}

function addOrigin(list: BlockList, origin: string): void {
  const [address = '', prefix] = origin.split('/');
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  if (prefix === undefined) list.addAddress(address, family);
  else list.addSubnet(address, Number(prefix), family);
}
