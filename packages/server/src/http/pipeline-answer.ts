import { ApiError } from '@coder/api';
import { ORPCError, ValidationError } from '@orpc/server';
import type { Logger } from '../logger.ts';
import { challengeFor, PROTECTED_RESOURCE_PATH } from './challenge.ts';
import { errorResponse, toApiError } from './error-response.ts';
import { validationsOf } from './pipeline-validation.ts';

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

/** What the contract library throws about an input or an output, as an error of ours; anything else as it is. */
export function fromContractError(
  thrown: unknown,
  schema: unknown,
  pathParameters: readonly string[],
): unknown {
  if (!(thrown instanceof ORPCError)) return thrown;
  if (thrown.code === 'BAD_REQUEST' && thrown.cause instanceof ValidationError) {
    return new ApiError('VALIDATION_FAILED', {
      validations: validationsOf(thrown.cause.issues, schema, pathParameters),
    });
  }
  // An answer that breaks the contract is our mistake; what was wrong with it belongs in the log.
  if (thrown.cause instanceof ValidationError) {
    const wrong = validationsOf(thrown.cause.issues, undefined);
    return new Error(`an answer broke the contract: ${JSON.stringify(wrong)}`, { cause: thrown.cause });
  }
  return thrown;
}
