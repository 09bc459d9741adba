import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname as machineName } from 'node:os';
import { ApiError } from '@coder/api';

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);
/** What a server listens on that listens on every address. */
const everyAddress = new Set(['0.0.0.0', '[::]']);

/** Whether a host name is this machine's name for itself. */
export const isLoopbackName = (hostname: string): boolean => loopbackNames.has(hostname);

export type HostRules = {
  /** Whether a Host header, or the origin of a page, is one of ours. */
  isAllowed: (hostname: string) => boolean;
  /** Throws FORBIDDEN for a request whose Host header is not one of ours. */
  check: (header: string | undefined) => void;
};

export type HostRuleOptions = {
  /** Empty when none is set. */
  accessUrl: string;
  /** As in `*.apps.example.com`; empty for none. */
  wildcardAccessUrl: string;
  /** The address the server listens on, without its port. */
  listenHost: string;
  /** Further names, without a port; `*` for any. */
  allowedHosts?: readonly string[];
};

/**
 * Which names this server answers to. A page that has had its name pointed at this machine (DNS rebinding) is of the same
 * origin as the server then, but sends its own name. An address cannot be pointed anywhere, so addresses pass where the
 * server listens on more than loopback, and so does the machine's name, which is no public one.
 */
export function createHostRules(options: HostRuleOptions): HostRules {
  const listens = bracketed(options.listenHost);
  const access = URL.parse(options.accessUrl);
  const names = new Set([
    ...loopbackNames,
    ...(options.allowedHosts ?? []).map((name) => name.toLowerCase()),
  ]);
  if (access) names.add(access.hostname);
  if (!everyAddress.has(listens)) names.add(listens.toLowerCase());
  const isPublic = !isLoopbackName(listens);
  if (isPublic) names.add(machineName().toLowerCase());
  const wildcard = wildcardPattern(options.wildcardAccessUrl);

  const isAllowed = (hostname: string): boolean =>
    names.has(hostname) ||
    names.has('*') ||
    wildcard?.test(hostname) === true ||
    (isPublic && isIP(hostname.replace(/^\[|\]$/g, '')) !== 0);

  return {
    isAllowed,
    check(header) {
      const hostname = hostnameOf(header);
      if (hostname !== undefined && isAllowed(hostname)) return;
      throw new ApiError('FORBIDDEN', {
        message: `Invalid Host: ${(header ?? '').slice(0, 256)}.`,
        detail: `This server answers to ${access?.host ?? 'this machine alone'}. Set CODER_ACCESS_URL to the address that clients use, or name further ones in CODER_HTTP_ALLOWED_HOSTS.`,
      });
    },
  };
}

/** The name in a Host header, without its port; undefined when it is none. */
function hostnameOf(header: string | undefined): string | undefined {
  if (!header) return undefined;
  return URL.parse(`http://${header}`)?.hostname;
}

function wildcardPattern(host: string): RegExp | undefined {
  if (host === '') return undefined;
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return new RegExp(`^${name.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace('*', '[a-z0-9-]+')}$`);
}

const bracketed = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host);

/**
 * The Host of a request. Throws BAD_REQUEST for more than one (RFC 9112, section 3.2): what stands before this server may have
 * gone by another of them than Node does.
 */
export function hostOf({ headers, rawHeaders }: IncomingMessage): string | undefined {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  if (hosts <= 1) return headers.host;
  throw new ApiError('BAD_REQUEST', { message: 'The request has more than one Host header. Send one.' });
}
