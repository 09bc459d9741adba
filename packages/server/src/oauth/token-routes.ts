import type { Hono } from 'hono';
import type { HttpEnv } from '../http/index.ts';
import { paths } from './addresses.ts';
import { withReason } from './answers.ts';
import type { RouteParts } from './deps.ts';
import { clientIdOf, formOf, writeCanonicalResource } from './forms.ts';
import { requestedScopes } from './provider.ts';

/** Where applications get, renew and give back tokens, and where devices get their codes. */
export function mountTokens(routes: Hono<HttpEnv>, parts: RouteParts): void {
  const { resources, step, forward, known } = parts;

  routes.post(paths.token, async (c) => {
    const form = await formOf(c);
    if (form instanceof Response) return form;
    if (form.has('scope')) form.set('scope', requestedScopes(form.get('scope')));
    writeCanonicalResource(form, resources);
    const fields = { client_id: clientIdOf(c, form), grant_type: form.get('grant_type') ?? '' };
    const isPoll = form.has('device_code');
    return step(
      c,
      { name: 'POST /oauth2/tokens', action: 'login', resource: 'oauth2_token', fields, isPoll },
      async (facts, begin) => {
        const response = await withReason(await forward(c, paths.token, form.toString(), begin), facts);
        if (response.ok) {
          const { access_token: token = '' } = (await response.clone().json()) as { access_token?: string };
          Object.assign(facts, await known.ofToken(token));
        }
        return response;
      },
    );
  });

  routes.delete(paths.token, async (c) => {
    const fields = { client_id: c.req.query('client_id') ?? '' };
    return step(
      c,
      { name: 'DELETE /oauth2/tokens', action: 'delete', resource: 'oauth2_grant', fields },
      async (facts) => {
        const info = c.get('requestInfo');
        const actor = await parts.authenticate({
          method: 'DELETE',
          url: new URL(c.req.url),
          headers: info.headers,
          ip: info.ip,
          upgrade: false,
        });
        Object.assign(facts, { userId: actor.user.id, username: actor.user.username });
        await parts.revokeClient(actor, fields.client_id);
        return c.body(null, 204);
      },
    );
  });

  routes.post(paths.revoke, async (c) => {
    const form = await formOf(c);
    if (form instanceof Response) return form;
    const fields = { client_id: clientIdOf(c, form) };
    return step(
      c,
      { name: 'POST /oauth2/revoke', action: 'delete', resource: 'oauth2_token', fields },
      async (facts) => withReason(await forward(c, paths.revoke, form.toString()), facts),
    );
  });

  routes.post(paths.deviceAuthorization, async (c) => {
    const form = await formOf(c);
    if (form instanceof Response) return form;
    form.set('scope', requestedScopes(form.get('scope')));
    writeCanonicalResource(form, resources);
    const fields = { client_id: clientIdOf(c, form) };
    return step(
      c,
      { name: 'POST /oauth2/device_authorization', action: 'create', resource: 'oauth2_device', fields },
      async (facts) => withReason(await forward(c, paths.deviceAuthorization, form.toString()), facts),
    );
  });
}
