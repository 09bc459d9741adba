import { ApiError, parseAppHost } from '@coder/api';
import { type HttpContext, type Pipeline, toApiError, wantsPage } from '../http/index.ts';
import { AUTH_REDIRECT_PATH, type Door, redirect } from './door.ts';
import { type FindAppDeps, findApp } from './find-app.ts';
import { authorizeApp } from './may-use.ts';
import { errorAnswer } from './pages.ts';
import { placeOf } from './place.ts';

export type AuthRedirectDeps = FindAppDeps & { appHost: string; pipeline: Pipeline; door: Door };

const route = {
  name: `GET ${AUTH_REDIRECT_PATH}`,
  meta: { permission: 'workspace:application_connect' },
} as const;

/**
 * Sends a browser that is signed in at the access URL back to an app's host name with a ticket for that app. A ticket only ever goes
 * to the host name that it is for, so it does not matter which page has sent the browser here.
 */
export async function authRedirect(deps: AuthRedirectDeps, c: HttpContext, url: URL): Promise<Response> {
  const info = c.get('requestInfo');
  const { headers } = c.req.raw;
  try {
    const back = backOf(url, deps.appHost);
    const call = {
      method: c.req.method,
      url,
      headers,
      ip: info.ip,
      requestId: info.id,
      userAgent: info.userAgent,
    };
    const { context } = await deps.pipeline.admit(route, { ...call, signal: info.signal, upgrade: false });
    if (!context.actor) throw new ApiError('UNAUTHENTICATED');
    const request = placeOf(back, back.host, deps.appHost);
    if (!request || request === 'invalid') throw badRedirect(deps.appHost);
    const app = await findApp(deps, request);
    authorizeApp(context.actor, app);
    return deps.door.toHost(app, context.actor.key.id, back);
  } catch (thrown) {
    const error = toApiError(thrown, info.id);
    if (error.status === 401 && wantsPage(headers)) {
      return redirect(`/login?redirect=${encodeURIComponent(`${url.pathname}${url.search}`)}`);
    }
    return errorAnswer(error, headers);
  }
}

function backOf(url: URL, appHost: string): URL {
  const text = url.searchParams.get('redirect_uri') ?? '';
  const back = URL.canParse(text) ? new URL(text) : undefined;
  const label = back && parseAppHost(appHost, back.host);
  if (!back || label === undefined || label === 'invalid') throw badRedirect(appHost);
  return back;
}

function badRedirect(appHost: string): ApiError {
  const detail = `must be the address of a port or an app below ${appHost}`;
  return new ApiError('VALIDATION_FAILED', { validations: [{ field: 'redirect_uri', detail }] });
}
