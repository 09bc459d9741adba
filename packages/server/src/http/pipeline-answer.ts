import type { Logger } from '../logger.ts';
import { challengeFor, PROTECTED_RESOURCE_PATH } from './challenge.ts';
import { errorResponse, toApiError } from './error-response.ts';

export type AnswerOptions = { accessUrl: string; log: Logger };

/** Turns what a route threw into its answer, and writes what the caller must not see to the log. */
export type AnswerError = (thrown: unknown, requestId: string) => Response;

export function createAnswerError({ accessUrl, log }: AnswerOptions): AnswerError {
  const resourceMetadata = `${accessUrl.replace(/\/+$/, '')}${PROTECTED_RESOURCE_PATH}`;
  return (thrown, requestId) => {
    const error = toApiError(thrown, requestId);
    if (error.status >= 500) log.error({ err: error.cause ?? error, requestId }, 'a request failed');
    const challenge = challengeFor(error, resourceMetadata);
    return errorResponse(error, challenge === undefined ? {} : { 'WWW-Authenticate': challenge });
  };
}
