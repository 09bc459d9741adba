import { ApiError } from '@coder/api';

/** The error of the API that a call fails with. */
export async function failure(call: Promise<unknown>): Promise<ApiError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error('the call should have failed');
}
