import type { Hono } from 'hono';
import { type HttpContext, type HttpEnv, refuseNul } from '../http/index.ts';
import { paths } from './addresses.ts';
import { oauthError, withoutSecret, withReason } from './answers.ts';
import { BadClientMetadata, normalizeClientMetadata } from './client-metadata.ts';
import type { RouteParts } from './deps.ts';
import { textOfBody } from './forms.ts';

/** What applications say about themselves is a few hundred bytes. */
const longestBody = 16 * 1024;

type Write = { name: string; action: 'register' | 'write' };

/** Where applications register themselves, and read, change and remove what they have registered. */
export function mountRegistration(routes: Hono<HttpEnv>, parts: RouteParts): void {
  const { step, forward } = parts;

  routes.post(paths.register, async (c) => {
    const refused = await refusal(c, parts);
    return refused ?? write(c, paths.clients, { name: 'POST /oauth2/register', action: 'register' });
  });
  routes.put(`${paths.clients}/:id`, (c) =>
    write(c, c.req.path, { name: 'PUT /oauth2/clients/{id}', action: 'write' }),
  );
  routes.get(`${paths.clients}/:id`, async (c) => withoutSecret(await forward(c, c.req.path)));
  routes.delete(`${paths.clients}/:id`, (c) => {
    const fields = { client_id: c.req.param('id') };
    return step(
      c,
      { name: 'DELETE /oauth2/clients/{id}', action: 'delete', resource: 'oauth2_app', fields },
      async (facts) => withReason(await forward(c, c.req.path), facts),
    );
  });

  async function write(c: HttpContext, target: string, named: Write): Promise<Response> {
    const given = await objectOf(c);
    if (given instanceof Response) return given;
    const isChange = named.action === 'write';
    const fields = { client_name: textOf(given.client_name), redirect_uris: textOf(given.redirect_uris) };
    return step(c, { ...named, resource: 'oauth2_app', fields }, async (facts) => {
      try {
        const metadata = { ...normalizeClientMetadata(given) };
        if (isChange) Object.assign(metadata, { client_id: given.client_id });
        else delete metadata.client_id;
        const response = await forward(c, target, JSON.stringify(metadata));
        return withReason(isChange ? await withoutSecret(response) : response, facts);
      } catch (error) {
        if (!(error instanceof BadClientMetadata)) throw error;
        facts.error = error.message;
        return oauthError(400, error.code, error.message);
      }
    });
  }
}

/** The answer to who may not register, by the administrator's rules. */
async function refusal(c: HttpContext, { settings }: RouteParts): Promise<Response | undefined> {
  const { dynamic_client_registration: mode } = await settings.read();
  if (mode === 'on') return undefined;
  if (mode === 'off') {
    return oauthError(
      403,
      'access_denied',
      'applications cannot register themselves here; an administrator enters them',
    );
  }
  const token = /^bearer +(.+)$/i.exec(c.req.header('authorization') ?? '')?.[1]?.trim() ?? '';
  if (await settings.isInitialAccessToken(token)) return undefined;
  return oauthError(401, 'invalid_token', 'registration needs the initial access token of this deployment', {
    'WWW-Authenticate': 'Bearer realm="coder", error="invalid_token"',
  });
}

/** What somebody has sent, whatever it is, for the audit row. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}

async function objectOf(c: HttpContext): Promise<Record<string, unknown> | Response> {
  const text = await textOfBody(c, longestBody);
  let body: unknown;
  try {
    body = text === undefined ? undefined : JSON.parse(text);
    refuseNul(body);
  } catch {
    body = undefined;
  }
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
    return body as Record<string, unknown>;
  }
  return oauthError(
    400,
    'invalid_client_metadata',
    `the body must be a JSON object of at most ${longestBody} bytes, without the character U+0000`,
  );
}
