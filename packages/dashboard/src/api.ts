import { ApiError, createApiClient, describeError } from '@coder/api';

/** The contract's client. The browser adds the session cookie, which no script can read. */
export const api = createApiClient({ url: window.location.origin });

/** Whether a call failed with this status. */
export function hasStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}

/** What to show of a failure: what is wrong and what to do next. */
export function explain(error: unknown): string {
  if (error instanceof ApiError) return describeError(error);
  return error instanceof Error ? error.message : 'Something went wrong.';
}
