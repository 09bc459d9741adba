import { ApiError } from '@coder/api';
import { createMiddleware } from 'hono/factory';
import type { BodyLimits } from './body-limit.ts';
import { errorResponse } from './error-response.ts';
import type { HttpEnv } from './request-info.ts';

export interface BodyTimeOptions {
  /** How long a body may take to arrive, in milliseconds. */
  ms: number;
  /** A path without a limit takes transfers, which may take longer. */
  limits: BodyLimits;
  /** Whether it is known who sends the request: only they may take longer. */
  isIdentified(requestId: string): boolean;
}

/** Ends a request whose body comes so slowly that it seems meant to hold the connection. */
export function bodyTime({ ms, limits, isIdentified }: BodyTimeOptions) {
  return createMiddleware<HttpEnv>(async (c, next) => {
    const { incoming, outgoing } = c.env ?? {};
    if (!incoming || !outgoing || c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    if (incoming.complete || incoming.headers['content-length'] === '0') return next();
    const { id } = c.get('requestInfo');
    const takesTransfers = limits(c.req.path, c.req.header('host') ?? '') === undefined;
    const late = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => {
      if (incoming.complete || (takesTransfers && isIdentified(id))) return;
      // An answer that has begun cannot be taken back.
      if (outgoing.headersSent) outgoing.destroy();
      else late.resolve('late');
    }, ms);
    outgoing.once('close', () => clearTimeout(timer));
    const first = await Promise.race([next(), late.promise]);
    if (first !== 'late') return undefined;
    c.res = undefined;
    c.res = tooSlow(ms);
    return undefined;
  });
}

/** The connection ends with the answer, since the rest of the body is not wanted. */
function tooSlow(ms: number): Response {
  return errorResponse(
    new ApiError('REQUEST_TIMEOUT', {
      message: `The request body had not arrived after ${ms / 1_000} s.`,
      detail: 'Send it again, in one go. The limit is CODER_HTTP_BODY_TIMEOUT.',
    }),
    { Connection: 'close' },
  );
}
