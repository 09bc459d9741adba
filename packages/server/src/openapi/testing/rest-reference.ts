import { contract, type RouteMeta, rawRoutes, scopeFor } from '@coder/api';
import { traverseContractProcedures } from '@orpc/server';
import { leftOut } from './left-out.ts';
import { upstreamRoutes } from './upstream-routes.ts';

type OwnRoute = { readonly route: string; readonly summary: string; readonly meta: RouteMeta };

/** Routes that the proxy to apps answers itself, since they are for browsers on their way to an app. */
export const ofTheProxy: Readonly<Record<string, string>> = {
  'GET /applications/auth-redirect': 'Where a browser on the host name of an app gets its ticket',
};

/** The routes below the REST prefix, as `GET /workspaces/{workspace}`. */
export function ownRoutes(): OwnRoute[] {
  const found: OwnRoute[] = [];
  traverseContractProcedures({ router: contract, path: [] }, ({ contract: procedure }) => {
    const { route, meta } = procedure['~orpc'];
    const { method = 'POST', path = '', summary = '' } = route;
    found.push({ route: `${method} ${path}`, summary, meta: meta as RouteMeta });
  });
  for (const raw of Object.values(rawRoutes)) {
    const { method, path, summary, meta } = raw;
    if (!('at' in raw)) found.push({ route: `${method} ${path}`, summary, meta });
  }
  return found;
}

/** A route whatever its parameters are called. */
export const shapeOf = (route: string) => route.replaceAll(/\{\+?[^}]*\}/g, '{}');

const HEAD = `# REST

Every route is described by the OpenAPI document at \`/api/v2/openapi.json\`, and for reading at \`/swagger\` where the server runs
with \`--swagger-enable\`. This page says which of upstream's routes are here, at the same address and with which scope, and why
the others are not. Paths are below \`/api/v2\`.

Answers have upstream's fields. Where there is nothing that a field could tell, it is null: bytes and sessions that agents do not count
(\`session_count\`, \`rx_bytes\`, \`tx_bytes\` and \`connection_latency_ms\` of \`/deployment/stats\`), parts that are not here (\`derp\`,
\`websocket\` and \`workspace_proxy\` of \`/debug/health\`), how long an app was used (\`seconds\` in \`/insights/templates\`), and what a step
of a build has none of (\`exit_code\` and \`status\` in its timings).
\`npm run docs\` writes it.
`;

/** The reference page of the routes, in Markdown. */
export function renderRestReference(): string {
  const own = Map.groupBy(ownRoutes(), ({ route }) => shapeOf(route));
  const reasons = new Map(leftOut.flatMap(({ reason, routes }) => routes.map((route) => [route, reason])));
  const row = (route: string) => {
    const here = own.get(shapeOf(route));
    const what = here
      ? here.map(describe).join('; ')
      : (ofTheProxy[route] ?? `**Left out.** ${reasons.get(route)}`);
    return `| \`${route}\` | ${what.replaceAll('|', '\\|')} |`;
  };
  const sections = Object.entries(upstreamRoutes).map(([area, routes]) => table(area, routes.map(row)));
  const theirs = new Set(Object.values(upstreamRoutes).flat().map(shapeOf));
  const more = [...own.values()].flatMap(([first]) =>
    first && !theirs.has(shapeOf(first.route)) ? [`| \`${first.route}\` | ${describe(first)} |`] : [],
  );
  return `${[HEAD, ...sections, table('Beyond upstream', more)].join('\n')}`;
}

const table = (title: string, rows: readonly string[]) =>
  `## ${title}\n\n| route | |\n|---|---|\n${rows.join('\n')}\n`;

function describe({ summary, meta }: OwnRoute): string {
  if (!meta.permission || meta.permission === 'signed-in') return summary;
  return `${summary} (\`${scopeFor(meta.permission)}\`)`;
}
