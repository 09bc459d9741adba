import { ApiError, codeForStatus } from '@coder/api';
import { HTTPException } from 'hono/http-exception';

/** An error as the answer upstream's clients know: `{message, detail?, validations?}`, and Retry-After where it says when. */
export function errorResponse(error: ApiError, headers: Record<string, string> = {}): Response {
  const retry = error.retryAfter === undefined ? {} : { 'Retry-After': String(Math.ceil(error.retryAfter)) };
  return Response.json(error.body(), { status: error.status, headers: { ...retry, ...headers } });
}

/** What a client may see of anything that was thrown: our own errors as they are, any other as an internal one. */
export function toApiError(thrown: unknown, requestId: string): ApiError {
  if (thrown instanceof ApiError) return thrown;
  if (thrown instanceof HTTPException) {
    return new ApiError(codeForStatus(thrown.status), {
      status: thrown.status,
      message: thrown.message || undefined,
    });
  }
  return new ApiError('INTERNAL', { detail: `Request id: ${requestId}`, cause: thrown });
}
