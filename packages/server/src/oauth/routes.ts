import { Hono } from 'hono';
import { createRateLimiter, type HttpContext, type HttpEnv } from '../http/index.ts';
import { canonicalResource, paths } from './addresses.ts';
import { BadClientMetadata, normalizeClientMetadata } from './client-metadata.ts';
import { oauthCors } from './cors.ts';
import type { RoutesDeps } from './deps.ts';
import { authorizeHelp } from './help.ts';
import { interactionCookie } from './interactions.ts';
import { resourceMetadata, resourceOfSuffix, serverMetadata } from './metadata.ts';
import { lifetimes, requestedScopes } from './provider.ts';
import type { StepFacts } from './steps-audit.ts';

const noStore = { 'Cache-Control': 'no-store', Pragma: 'no-cache' };
/** Bodies here are a few fields. */
const longestBody = 64 * 1024;

/** An error in OAuth's own form. */
function oauthError(status: number, error: string, description: string, headers = {}): Response {
  return Response.json(
    { error, error_description: description },
    { status, headers: { ...noStore, ...headers } },
  );
}

/** The endpoints that applications speak to, at the root of the deployment. */
export function createOAuthRoutes(deps: RoutesDeps): Hono<HttpEnv> {
  const { accessUrl, resources, settings, callProvider, step, clock } = deps;
  const routes = new Hono<HttpEnv>();
  const limiter = createRateLimiter({ limit: deps.rateLimit, windowMs: 60_000, clock });
  const secure = accessUrl.startsWith('https:');

  const gate = async (c: HttpContext, next: () => Promise<void>) => {
    c.set('routePattern', c.req.path.startsWith('/.well-known/') ? '/.well-known/oauth-*' : '/oauth2/*');
    deps.requireExperiment();
    const key = `${c.req.path.split('/').slice(0, 3).join('/')} ${c.get('requestInfo').ip}`;
    const decision = c.req.method === 'OPTIONS' ? undefined : limiter.take(key);
    if (decision && !decision.allowed) {
      return oauthError(429, 'temporarily_unavailable', 'too many requests in a minute from this address', {
        'Retry-After': String(decision.retryAfterSeconds),
      });
    }
    return next();
  };
  const cors = oauthCors(deps.allowedOrigins);
  for (const path of [
    paths.token,
    paths.revoke,
    paths.register,
    `${paths.clients}/*`,
    paths.deviceAuthorization,
    paths.jwks,
    '/.well-known/oauth-authorization-server',
    '/.well-known/oauth-authorization-server/*',
    '/.well-known/oauth-protected-resource',
    '/.well-known/oauth-protected-resource/*',
    '/.well-known/openid-configuration',
    '/.well-known/openid-configuration/*',
    '/api/experimental/mcp/http/.well-known/*',
  ]) {
    routes.use(path, cors, gate);
  }
  for (const path of [paths.authorize, `${paths.authorize}/*`]) routes.use(path, gate);

  const metadata = async (c: HttpContext) => c.json(serverMetadata(accessUrl, await settings.read()));
  for (const name of ['oauth-authorization-server', 'openid-configuration']) {
    routes.get(`/.well-known/${name}`, metadata);
    routes.get(`/.well-known/${name}/*`, metadata);
    // Some clients look below the address they were given.
    routes.get(`/api/experimental/mcp/http/.well-known/${name}`, metadata);
  }
  const resource = async (c: HttpContext) => {
    const suffix = c.req.path.slice('/.well-known/oauth-protected-resource'.length);
    const found = resourceOfSuffix(resources, suffix);
    if (found === undefined) {
      return c.json(
        { message: `There is no protected resource at ${suffix}. The MCP endpoint is ${resources.mcp}.` },
        404,
      );
    }
    return c.json(resourceMetadata(accessUrl, found));
  };
  routes.get('/.well-known/oauth-protected-resource', resource);
  routes.get('/.well-known/oauth-protected-resource/*', resource);
  routes.get(paths.jwks, (c) => forward(c, paths.jwks));

  routes.get(paths.authorize, (c) => {
    const query = new URL(c.req.url).searchParams;
    query.set('scope', requestedScopes(query.get('scope')));
    canonical(query);
    const fields = { client_id: query.get('client_id') ?? '', redirect_uri: query.get('redirect_uri') ?? '' };
    return step(
      c,
      { name: 'GET /oauth2/authorize', action: 'read', resource: 'oauth2_authorization', fields },
      async (facts) => {
        const response = await forward(c, `${paths.authorize}?${query}`);
        return page(await withReason(markBrowser(response), facts));
      },
    );
  });
  routes.get(`${paths.authorize}/:uid`, (c) =>
    step(
      c,
      { name: 'GET /oauth2/authorize/{uid}', action: 'read', resource: 'oauth2_authorization', fields: {} },
      async (facts) => page(await withReason(await forward(c, c.req.path), facts)),
    ),
  );
  routes.post(paths.authorize, () => authorizeHelp(accessUrl));

  routes.post(paths.token, async (c) => {
    const form = await formOf(c);
    if (form instanceof Response) return form;
    if (form.has('scope')) form.set('scope', requestedScopes(form.get('scope')));
    canonical(form);
    const fields = { client_id: clientIdOf(c, form), grant_type: form.get('grant_type') ?? '' };
    return step(
      c,
      { name: 'POST /oauth2/tokens', action: 'login', resource: 'oauth2_token', fields },
      async (facts) => withReason(await forward(c, paths.token, form.toString()), facts),
    );
  });
  routes.delete(paths.token, async (c) => {
    const clientId = c.req.query('client_id') ?? '';
    return step(
      c,
      {
        name: 'DELETE /oauth2/tokens',
        action: 'delete',
        resource: 'oauth2_grant',
        fields: { client_id: clientId },
      },
      async (facts) => {
        const info = c.get('requestInfo');
        const actor = await deps.authenticate({
          method: 'DELETE',
          url: new URL(c.req.url),
          headers: info.headers,
          ip: info.ip,
          upgrade: false,
        });
        Object.assign(facts, { userId: actor.user.id, username: actor.user.username });
        await deps.revokeClient(actor, clientId);
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
    canonical(form);
    const fields = { client_id: clientIdOf(c, form) };
    return step(
      c,
      { name: 'POST /oauth2/device_authorization', action: 'create', resource: 'oauth2_device', fields },
      async (facts) => withReason(await forward(c, paths.deviceAuthorization, form.toString()), facts),
    );
  });

  routes.post(paths.register, async (c) => {
    const { dynamic_client_registration: mode } = await settings.read();
    if (mode === 'off') {
      return oauthError(
        403,
        'access_denied',
        'applications cannot register themselves here; an administrator enters them',
      );
    }
    if (mode === 'token') {
      const token = /^bearer +(.+)$/i.exec(c.req.header('authorization') ?? '')?.[1]?.trim() ?? '';
      if (!(await settings.isInitialAccessToken(token))) {
        return oauthError(
          401,
          'invalid_token',
          'registration needs the initial access token of this deployment',
          {
            'WWW-Authenticate': 'Bearer realm="coder", error="invalid_token"',
          },
        );
      }
    }
    return register(c, paths.clients, { name: 'POST /oauth2/register', action: 'register' });
  });
  routes.put(`${paths.clients}/:id`, (c) =>
    register(c, c.req.path, { name: 'PUT /oauth2/clients/{id}', action: 'write' }),
  );
  routes.get(`${paths.clients}/:id`, async (c) => withoutSecret(await forward(c, c.req.path)));
  routes.delete(`${paths.clients}/:id`, (c) =>
    step(
      c,
      {
        name: 'DELETE /oauth2/clients/{id}',
        action: 'delete',
        resource: 'oauth2_app',
        fields: { client_id: c.req.param('id') },
      },
      async (facts) => withReason(await forward(c, c.req.path), facts),
    ),
  );
  routes.get('/api/v2/oauth2/authorize', () => authorizeHelp(accessUrl));
  routes.post('/api/v2/oauth2/authorize', () => authorizeHelp(accessUrl));
  return routes;

  function forward(c: HttpContext, target: string, body?: string): Promise<Response> {
    const info = c.get('requestInfo');
    const headers = new Headers(info.headers);
    // The body has been read and written anew, whatever the client called it.
    if (body !== undefined) {
      const isForm = !target.startsWith(paths.clients);
      headers.set('content-type', isForm ? 'application/x-www-form-urlencoded' : 'application/json');
    }
    return callProvider({ method: c.req.method, target, headers, body, info });
  }

  async function register(
    c: HttpContext,
    target: string,
    named: { name: string; action: 'register' | 'write' },
  ) {
    const text = await c.req.text();
    let body: unknown;
    try {
      body = text.length > longestBody ? undefined : JSON.parse(text);
    } catch {
      body = undefined;
    }
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      return oauthError(
        400,
        'invalid_client_metadata',
        `the body must be a JSON object of at most ${longestBody} bytes`,
      );
    }
    const given = body as Record<string, unknown>;
    const fields = {
      client_name: String(given.client_name ?? ''),
      redirect_uris: String(given.redirect_uris ?? ''),
    };
    return step(c, { ...named, resource: 'oauth2_app', fields }, async (facts) => {
      try {
        const metadata = { ...normalizeClientMetadata(given) };
        if (c.req.method === 'PUT') Object.assign(metadata, { client_id: given.client_id });
        else delete metadata.client_id;
        const response = await forward(c, target, JSON.stringify(metadata));
        return withReason(c.req.method === 'PUT' ? await withoutSecret(response) : response, facts);
      } catch (error) {
        if (!(error instanceof BadClientMetadata)) throw error;
        facts.error = error.message;
        return oauthError(400, error.code, error.message);
      }
    });
  }

  function canonical(params: URLSearchParams): void {
    const asked = params.getAll('resource');
    const [only] = asked;
    if (asked.length !== 1 || only === undefined) return;
    if (only === '') params.delete('resource');
    else params.set('resource', canonicalResource(resources, only) ?? only);
  }

  /** Puts a mark into the browser that begins, without which nobody can decide about the request. */
  function markBrowser(response: Response): Response {
    const location = response.headers.get('location') ?? '';
    const prefix = `${accessUrl}${paths.interaction}/`;
    if (!location.startsWith(prefix)) return response;
    const name = interactionCookie(location.slice(prefix.length), secure);
    const parts = [`${name}=1`, 'Path=/', `Max-Age=${lifetimes.interaction}`, 'HttpOnly', 'SameSite=Lax'];
    response.headers.append('set-cookie', [...parts, ...(secure ? ['Secure'] : [])].join('; '));
    return response;
  }
}

/** Keeps the reason of a refusal for the audit row: from the body, or from the address an error is sent to. */
async function withReason(response: Response, facts: StepFacts): Promise<Response> {
  const location = URL.parse(response.headers.get('location') ?? '');
  const sent = location?.searchParams;
  if (sent?.has('error')) {
    facts.error = `${sent.get('error')}: ${sent.get('error_description') ?? ''}`;
  } else if (response.status >= 400) {
    const body: unknown = await response
      .clone()
      .json()
      .catch(() => undefined);
    const { error, error_description: description } = (body ?? {}) as Record<string, string | undefined>;
    facts.error = `${error ?? response.status}: ${description ?? ''}`;
  }
  return response;
}

/** What a browser is shown: never inside another page, never from a cache. */
function page(response: Response): Response {
  response.headers.set('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
  response.headers.set('X-Frame-Options', 'DENY');
  response.headers.set('Referrer-Policy', 'no-referrer');
  response.headers.set('Cache-Control', 'no-store');
  return response;
}

async function formOf(c: HttpContext): Promise<URLSearchParams | Response> {
  const type = c.req.header('content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) {
    return oauthError(400, 'invalid_request', 'the body must be application/x-www-form-urlencoded');
  }
  const text = await c.req.text();
  if (text.length > longestBody) return oauthError(413, 'invalid_request', 'the body is too large');
  return new URLSearchParams(text);
}

function clientIdOf(c: HttpContext, form: URLSearchParams): string {
  const basic = /^basic +(.+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
  if (basic === undefined) return form.get('client_id') ?? '';
  const [id = ''] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  return URL.canParse(`http://x/?${id}`) ? decodeURIComponent(id.replace(/%(?![0-9a-f]{2})/gi, '%25')) : id;
}

/** The record of a client without its secret, of which only hashes are known. */
async function withoutSecret(response: Response): Promise<Response> {
  if (!response.ok || response.status === 204) return response;
  const { client_secret: _, ...rest } = (await response.json()) as Record<string, unknown>;
  return Response.json(rest, { status: response.status, headers: noStore });
}
