import { isIP } from 'node:net';

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether a host name is this machine's name for itself. */
export const isLoopbackName = (hostname: string): boolean => loopbackNames.has(hostname);

export type HostRules = {
  /** Whether a Host header, or the origin of a page, is one of ours. */
  isAllowed: (hostname: string) => boolean;
};

/**
 * Which names this server answers to. A page that has had its name pointed at this machine (DNS rebinding) sends a name
 * of its own; an address cannot be pointed anywhere, so addresses pass where the server listens on more than loopback.
 */
export function createHostRules(options: {
  accessUrl: string;
  wildcardAccessUrl: string;
  listenHost: string;
}): HostRules {
  const access = new URL(options.accessUrl).hostname;
  const wildcard = wildcardPattern(options.wildcardAccessUrl);
  const listensOnLoopback = loopbackNames.has(bracketed(options.listenHost));
  return {
    isAllowed: (hostname) =>
      hostname === access ||
      loopbackNames.has(hostname) ||
      wildcard?.test(hostname) === true ||
      (!listensOnLoopback && isIP(hostname.replace(/^\[|\]$/g, '')) !== 0),
  };
}

/** The name in a Host header, without its port; undefined when it is none. */
export function hostnameOf(header: string | undefined): string | undefined {
  if (!header) return undefined;
  return URL.parse(`http://${header}`)?.hostname;
}

function wildcardPattern(host: string): RegExp | undefined {
  if (host === '') return undefined;
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return new RegExp(`^${name.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace('*', '[a-z0-9-]+')}$`);
}

const bracketed = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host);
