import { ApiError } from '@coder/api';
import { createMiddleware } from 'hono/factory';
import { errorResponse } from './error-response.ts';
import type { HttpEnv } from './request-info.ts';

export const defaultBodyLimitBytes = 10 * 1024 * 1024;

/** The largest body a path of a host takes; undefined for one that takes any length (a stream that is never held whole). */
export type BodyLimits = (path: string, host: string) => number | undefined;

/**
 * Refuses a body that is too large: at once if its length is declared, and otherwise, while it streams, at the byte that is
 * one too many, whatever the reader makes of the broken stream.
 */
export function bodyLimit(limits: BodyLimits) {
  return createMiddleware<HttpEnv>(async (c, next) => {
    const limit =
      c.req.method === 'GET' || c.req.method === 'HEAD'
        ? undefined
        : limits(c.req.path, c.req.header('host') ?? '');
    if (limit === undefined) return next();
    const declared = c.req.header('content-length');
    if (declared !== undefined && !c.req.header('transfer-encoding')) {
      return Number(declared) > limit ? tooLarge(limit) : next();
    }
    const { body } = c.req.raw;
    if (!body) return next();
    let size = 0;
    const counted = body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          size += chunk.byteLength;
          if (size > limit) controller.error(tooLargeError(limit));
          else controller.enqueue(chunk);
        },
      }),
    );
    c.req.raw = new Request(c.req.raw, { body: counted, duplex: 'half' });
    await next();
    if (size > limit) {
      c.res = undefined;
      c.res = tooLarge(limit);
    }
    return undefined;
  });
}

/** The connection ends with the answer, since the rest of the body is not wanted. */
function tooLarge(limit: number): Response {
  return errorResponse(tooLargeError(limit), { Connection: 'close' });
}

function tooLargeError(limit: number): ApiError {
  return new ApiError('PAYLOAD_TOO_LARGE', {
    message: `The request body is larger than ${limit} bytes.`,
    detail: 'Send less at once.',
  });
}
