import { randomBytes } from 'node:crypto';
import type { Hono } from 'hono';
import { type HttpContext, type HttpEnv, plainPage, wantsPage } from '../http/index.ts';
import { paths } from './addresses.ts';
import { page, withReason } from './answers.ts';
import type { RouteParts } from './deps.ts';

import { explain, pageBeforeRedirect, refusalOf } from './explain.ts';
import { writeCanonicalResource } from './forms.ts';
import { authorizeHelp } from './help.ts';
import { interactionCookie } from './interactions.ts';
import { lifetimes, requestedScopes } from './provider.ts';

/** Where a browser begins an authorization, and comes back to when its user has decided. */
export function mountAuthorize(routes: Hono<HttpEnv>, parts: RouteParts): void {
  const { accessUrl, resources, step, forward } = parts;
  const secure = accessUrl.startsWith('https:');

  routes.get(paths.authorize, (c) => {
    const query = new URL(c.req.url).searchParams;
    query.set('scope', requestedScopes(query.get('scope')));
    writeCanonicalResource(query, resources);
    // The answer goes into the address alone. For the library this is a mode that it does not know, and so refuses.
    if (query.has('response_mode') && query.get('response_mode') !== 'query') {
      query.set('response_mode', 'unsupported');
    }
    const fields = { client_id: query.get('client_id') ?? '', redirect_uri: query.get('redirect_uri') ?? '' };
    return step(
      c,
      { name: 'GET /oauth2/authorize', action: 'read', resource: 'oauth2_authorization', fields },
      async (facts) => {
        const response = await forward(c, `${paths.authorize}?${query}`);
        if (response.status < 400) facts.application = (await parts.describe(fields.client_id))?.name ?? '';
        return forPerson(
          c,
          await withReason(await markBrowser(response, fields.client_id), facts),
          fields.client_id,
        );
      },
    );
  });
  routes.get(`${paths.authorize}/:uid`, (c) =>
    step(
      c,
      { name: 'GET /oauth2/authorize/{uid}', action: 'read', resource: 'oauth2_authorization', fields: {} },
      async (facts) => {
        const { clientId, ...who } = await parts.known.ofInteraction(c.req.param('uid'));
        const application = clientId === undefined ? undefined : await parts.describe(clientId);
        Object.assign(facts, who, application && { application: application.name });
        return forPerson(c, await withReason(await forward(c, c.req.path), facts));
      },
    ),
  );
  routes.post(paths.authorize, () => authorizeHelp(accessUrl));
  routes.get('/api/v2/oauth2/authorize', () => authorizeHelp(accessUrl));
  routes.post('/api/v2/oauth2/authorize', () => authorizeHelp(accessUrl));

  /**
   * What a person is shown instead of JSON. An error is sent on to an application only for whom an administrator vouches:
   * otherwise anybody could make this address lead to theirs (RFC 9700, section 4.11.2). `clientId` is given before a person
   * has acted.
   */
  async function forPerson(c: HttpContext, response: Response, clientId?: string): Promise<Response> {
    if (!wantsPage(c.get('requestInfo').headers)) return page(response);
    if (response.status >= 400) {
      const explained = explain(await refusalOf(response), clientId ?? '');
      return plainPage({ status: response.status, ...explained });
    }
    const location = response.headers.get('location');
    if (
      clientId === undefined ||
      location === null ||
      location.startsWith(`${accessUrl}${paths.interaction}/`)
    )
      return page(response);
    const application = await parts.describe(clientId);
    const isVouchedFor = application?.kind === 'preregistered';
    return isVouchedFor ? page(response) : pageBeforeRedirect(location, clientId);
  }

  /** Puts a mark into the browser that begins, without which nobody can decide about the request. */
  async function markBrowser(response: Response, clientId: string): Promise<Response> {
    const location = response.headers.get('location') ?? '';
    const prefix = `${accessUrl}${paths.interaction}/`;
    if (!location.startsWith(prefix)) return response;
    const uid = location.slice(prefix.length);
    const mark = randomBytes(32).toString('base64url');
    await parts.markInteraction(uid, mark, clientId);
    const { name, path } = interactionCookie(uid, secure);
    const attributes = [`Path=${path}`, `Max-Age=${lifetimes.interaction}`, 'HttpOnly', 'SameSite=Lax'];
    const cookie = [`${name}=${mark}`, ...attributes, ...(secure ? ['Secure'] : [])].join('; ');
    response.headers.append('set-cookie', cookie);
    return response;
  }
}
