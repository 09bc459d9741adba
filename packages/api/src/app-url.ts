/** Where an app or a port of a workspace is. `target` is a port's number or an app's slug. */
export type AppPlace = {
  target: number | string;
  agentName: string;
  workspaceName: string;
  ownerName: string;
};

/** How this deployment is reached: what the browser has in its address bar, and `deployment.appHost`. */
export type AppAddress = {
  /** The access URL, such as `https://coder.example.com`. */
  accessUrl: string;
  /** Where apps have a host name of their own, such as `*.apps.example.com`; empty when they have none. */
  appHost: string;
};

/** What one label of a host name holds. */
const MAX_LABEL = 63;

/** The path of a port or an app on the deployment's own host, with the slash at its end. */
export function appPath({ target, agentName, workspaceName, ownerName }: AppPlace): string {
  const kind = typeof target === 'number' ? 'ports' : 'apps';
  const parts = [`@${ownerName}`, `${workspaceName}.${agentName}`, kind, String(target)];
  return `/${parts.map((part) => encodeURIComponent(part).replace('%40', '@')).join('/')}/`;
}

/** `8080--main--web--ada`: the first label of its host name below a wildcard host. */
export function appLabel({ target, agentName, workspaceName, ownerName }: AppPlace): string {
  return [target, agentName, workspaceName, ownerName].join('--').toLowerCase();
}

/**
 * The URL of a port or an app: below the wildcard host where there is one and the name is not too long for it, else a path
 * on the access URL.
 */
export function appUrl({ accessUrl, appHost }: AppAddress, place: AppPlace): string {
  const base = new URL(accessUrl);
  const label = appLabel(place);
  const { host, port } = splitPort(appHost);
  const first = host.split('.', 1)[0]?.replace('*', label) ?? '';
  if (host === '' || first.length > MAX_LABEL) {
    return base.origin + base.pathname.replace(/\/+$/, '') + appPath(place);
  }
  const shownPort = port || base.port;
  return `${base.protocol}//${host.replace('*', label)}${shownPort === '' ? '' : `:${shownPort}`}/`;
}

/** The URL of a port: see {@link appUrl}. */
export function portUrl(
  address: AppAddress,
  { port, ...place }: Omit<AppPlace, 'target'> & { port: number },
): string {
  return appUrl(address, { ...place, target: port });
}

/** What the label of a host name stands for; the agent is left out where a workspace has one. */
export type AppLabel = Omit<AppPlace, 'agentName'> & { agentName: string | undefined };

/**
 * Reads a request's host name: undefined when it is not one below the wildcard host, `invalid` when it is but names nothing.
 */
export function parseAppHost(appHost: string, requestHost: string): AppLabel | 'invalid' | undefined {
  const pattern = splitPort(appHost).host.toLowerCase();
  const host = splitPort(requestHost).host.toLowerCase();
  if (!pattern.startsWith('*')) return undefined;
  const suffix = pattern.slice(1);
  if (!host.endsWith(suffix) || host.length === suffix.length) return undefined;
  const label = host.slice(0, -suffix.length);
  if (label.includes('.')) return undefined;
  const parts = label.split('--');
  if (parts.length < 3 || parts.length > 4 || parts.some((part) => part === '')) return 'invalid';
  const [target, ownerName, workspaceName] = [parts[0], parts.at(-1), parts.at(-2)] as [
    string,
    string,
    string,
  ];
  return {
    target: /^\d{1,5}$/.test(target) ? Number(target) : target,
    agentName: parts.length === 4 ? parts[1] : undefined,
    workspaceName,
    ownerName,
  };
}

function splitPort(host: string): { host: string; port: string } {
  const match = /^(.*?)(?::(\d+))?$/.exec(host);
  return { host: match?.[1] ?? '', port: match?.[2] ?? '' };
}
