import { MCP_PATH } from '@coder/api';
import { CliError } from '../../cli-error.ts';

/** What is examined. */
export type Target = {
  /** The deployment, without a slash at the end. */
  readonly url: string;
  /** The address that clients are given, as it was typed if it was. */
  readonly mcpUrl: string;
  readonly origin: string;
  readonly hostname: string;
  readonly isSecure: boolean;
  /** Whether it is this machine's name for itself. */
  readonly isLoopback: boolean;
};

const loopback = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;
export const isLoopbackName = (hostname: string): boolean => loopback.test(hostname);

/**
 * Reads the address of a deployment or of its MCP endpoint.
 * @throws {CliError} if it is neither
 */
export function parseTarget(given: string): Target {
  const url = URL.parse(withScheme(given.trim()));
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new CliError(`"${given}" is not an address. Write it like https://coder.example.com.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new CliError('The address holds a user name or a password. Leave them out; give --token instead.');
  }
  const path = url.pathname.replace(/\/+$/, '');
  const isEndpoint = path.endsWith(MCP_PATH);
  const base = `${url.origin}${isEndpoint ? path.slice(0, -MCP_PATH.length) : path}`;
  return {
    url: base,
    mcpUrl: isEndpoint ? `${url.origin}${url.pathname}${url.search}` : `${base}${MCP_PATH}`,
    origin: url.origin,
    hostname: url.hostname,
    isSecure: url.protocol === 'https:',
    isLoopback: isLoopbackName(url.hostname),
  };
}

/** A name alone means https, as in a browser; this machine rarely has a certificate. */
function withScheme(given: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(given)) return given;
  const host = URL.parse(`http://${given}`)?.hostname ?? '';
  return `${isLoopbackName(host) ? 'http' : 'https'}://${given}`;
}
