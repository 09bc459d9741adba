import { type AppPlace, appPath, parseAppHost } from '@coder/api';

/** What a request asks to reach, and on which of the two ways it came. */
export type AppRequest = {
  readonly way: 'path' | 'host';
  readonly ownerName: string;
  readonly workspaceName: string;
  /** Absent where the workspace has one agent. */
  readonly agentName: string | undefined;
  /** A port's number or an app's slug. */
  readonly target: number | string;
  /** The signed ticket that stood in the path. */
  readonly ticket: string | undefined;
  /** What the app is asked for, beginning with a slash, as it was sent; empty when the slash itself is missing. */
  readonly path: string;
  /** With `?`, or empty. */
  readonly search: string;
};

const pathPattern = /^\/@([^/]+)\/([^/]+)\/(ports|apps)\/([^/]+)(\/.*)?$/;
const ticketPattern = /^\/~([A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43})(\/.*)?$/;

/** Whether a path is one of a port or an app, whose bodies are passed on as they come. */
export function isAppPath(path: string): boolean {
  return path.startsWith('/@') && pathPattern.test(path);
}

/**
 * Reads where a request wants to go: undefined when it is not for a port or an app, `invalid` when its host name or path is one
 * of ours but names nothing.
 */
export function placeOf(url: URL, host: string, appHost: string): AppRequest | 'invalid' | undefined {
  const label = parseAppHost(appHost, host);
  if (label === 'invalid') return 'invalid';
  const { search } = url;
  if (label) return { way: 'host', ...label, ticket: undefined, path: url.pathname, search };
  const match = url.pathname.startsWith('/@') ? pathPattern.exec(url.pathname) : null;
  if (!match) return undefined;
  const [, owner = '', workspace = '', kind, target = '', rest = ''] = match;
  const ticket = ticketPattern.exec(rest);
  const [ownerName, names, name] = [owner, workspace, target].map(decode);
  if (ownerName === undefined || names === undefined || name === undefined) return 'invalid';
  const [workspaceName = '', agentName] = names.split('.', 2);
  const port = /^\d{1,5}$/.test(name) ? Number(name) : undefined;
  if (kind === 'ports' && (port === undefined || port < 1 || port > 65_535)) return 'invalid';
  return {
    way: 'path',
    ownerName,
    workspaceName,
    agentName,
    target: kind === 'ports' ? (port as number) : name,
    ticket: ticket?.[1],
    path: ticket ? (ticket[2] ?? '') : rest,
    search,
  };
}

/** The path below which an app's own paths lie, without a slash at its end; empty on a host name of its own. */
export function prefixOf(request: AppRequest, place: AppPlace, ticket = request.ticket): string {
  if (request.way === 'host') return '';
  const base = appPath(place).replace(/\/$/, '');
  return ticket === undefined ? base : `${base}/~${ticket}`;
}

function decode(part: string): string | undefined {
  try {
    const text = decodeURIComponent(part);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
