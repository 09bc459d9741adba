import { MCP_PATH } from '@coder/api';
import type { Hono } from 'hono';
import type { HttpContext, HttpEnv } from '../http/index.ts';
import { paths } from './addresses.ts';
import type { RouteParts } from './deps.ts';
import { resourceMetadata, resourceOfSuffix, serverMetadata } from './metadata.ts';

const serverDocuments = ['oauth-authorization-server', 'openid-configuration'];
const resourceDocument = '/.well-known/oauth-protected-resource';

/** Where the documents lie that clients look for before they know anything; a pattern matches what it begins with as well. */
export const discoveryPaths = [
  ...serverDocuments.map((name) => `/.well-known/${name}/*`),
  `${resourceDocument}/*`,
  `${MCP_PATH}/.well-known/*`,
];

/** The documents by which a client that knows an address finds out how to get a token for it. */
export function mountDiscovery(routes: Hono<HttpEnv>, parts: RouteParts): void {
  const { accessUrl, resources, settings, forward } = parts;
  const metadata = async (c: HttpContext) => c.json(serverMetadata(accessUrl, await settings.read()));
  for (const name of serverDocuments) {
    routes.get(`/.well-known/${name}`, metadata);
    routes.get(`/.well-known/${name}/*`, metadata);
    // Some clients look below the address they were given.
    routes.get(`${MCP_PATH}/.well-known/${name}`, metadata);
  }
  const resource = async (c: HttpContext) => {
    const suffix = c.req.path.slice(resourceDocument.length);
    const found = resourceOfSuffix(resources, suffix);
    if (found === undefined) {
      return c.json(
        { message: `There is no protected resource at ${suffix}. The MCP endpoint is ${resources.mcp}.` },
        404,
      );
    }
    return c.json(resourceMetadata(accessUrl, found));
  };
  routes.get(resourceDocument, resource);
  routes.get(`${resourceDocument}/*`, resource);
  routes.get(paths.jwks, (c) => forward(c, paths.jwks));
}
