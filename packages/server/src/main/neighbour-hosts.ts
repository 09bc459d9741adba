import { isIP } from 'node:net';

/**
 * What an operator is told when apps live below or beside the host of the dashboard, so that browsers take both for one site and
 * an app's page can set cookies for the dashboard's host; undefined when they do not.
 * @param wildcard the host of `--wildcard-access-url`, `*.apps.example.com`; empty for none
 */
export function neighbourWarning(accessUrl: string, wildcard: string): string | undefined {
  const { hostname, protocol } = new URL(accessUrl);
  const suffix = wildcard
    .replace(/^https?:\/\//, '')
    .replace(/:\d+$/, '')
    .split('.')
    .slice(1)
    .join('.');
  if (suffix === '' || isIP(hostname) !== 0 || siteOf(suffix) !== siteOf(hostname)) return undefined;
  const harm =
    protocol === 'https:'
      ? 'their pages can set cookies for it. They cannot replace a session, but a domain of their own keeps them further apart.'
      : 'a page there can replace the session of who visits it. Use https, or give apps a domain of their own.';
  return `Apps under ${wildcard} are of the same site as the dashboard at ${hostname}: ${harm}`;
}

/** The last two labels: what can be registered is not always that, but then there is a warning too many and none too few. */
const siteOf = (host: string): string => host.split('.').slice(-2).join('.');
