import { publicScopes, type RouteMeta, SESSION_TOKEN_HEADER, scopeFor } from '@coder/api';
import type { OpenAPI } from '@orpc/openapi';
import { sessionCookieName } from '../identity/index.ts';

/** The ways to say who calls. The cookie has another name under https (`secure`). */
export const securitySchemes = (secure: boolean) =>
  ({
    sessionToken: {
      type: 'apiKey',
      in: 'header',
      name: SESSION_TOKEN_HEADER,
      description: 'An API token or a session key.',
    },
    bearer: { type: 'http', scheme: 'bearer', description: 'The same as a bearer token.' },
    cookie: {
      type: 'apiKey',
      in: 'cookie',
      name: sessionCookieName(secure),
      description: 'What a browser holds after a sign-in.',
    },
    oauth2: {
      type: 'oauth2',
      description: 'What an application gets when a user has allowed it to act.',
      flows: {
        authorizationCode: {
          authorizationUrl: '/oauth2/authorize',
          tokenUrl: '/oauth2/tokens',
          refreshUrl: '/oauth2/tokens',
          scopes: Object.fromEntries(publicScopes.map((scope) => [scope, meaningOf(scope)])),
        },
      },
    },
    agentToken: {
      type: 'apiKey',
      in: 'header',
      name: SESSION_TOKEN_HEADER,
      description: "What the server has given to a workspace's agent.",
    },
  }) as const satisfies OpenAPI.ComponentsObject['securitySchemes'];

function meaningOf(scope: string): string {
  if (scope.startsWith('coder:')) return `All that ${scope} stands for`;
  const [resource = '', action] = scope.split(':');
  const noun = resource.replaceAll('_', ' ');
  return action === '*' ? `Everything with a ${noun}` : `${action?.replaceAll('_', ' ')}: ${noun}`;
}

/** What a call of a route must carry: nothing, an agent's token, or a user's in any of its forms. */
export function securityOf({ auth, permission, session }: RouteMeta): OpenAPI.SecurityRequirementObject[] {
  if (auth === 'none') return [];
  if (auth === 'agent') return [{ agentToken: [] }];
  const scopes = permission === undefined || permission === 'signed-in' ? [] : [scopeFor(permission)];
  const oauth2 = session === true ? [] : [{ oauth2: scopes }];
  return [{ sessionToken: [] }, { bearer: [] }, { cookie: [] }, ...oauth2];
}
