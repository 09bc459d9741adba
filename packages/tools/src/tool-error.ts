import { ApiError, describeError } from '@coder/api';

/** A refusal with a sentence for the model: what is wrong and what to do next. */
export class ToolError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ToolError';
  }
}

/** The sentence that a failed call shows. Anything unforeseen is named as such and keeps its insides to itself. */
export function describeFailure(error: unknown): string {
  if (error instanceof ToolError) return error.message;
  if (error instanceof ApiError) {
    return error.code === 'AGENT_ERROR' ? describeAgentError(error) : describeError(error);
  }
  return 'The call failed for an internal reason. Try again; if it persists, tell the administrator.';
}

/**
 * What the agent refuses says in its message what to do: the registry's general step would only add words, and so would
 * a field whose sentence is the message itself.
 */
function describeAgentError(error: ApiError): string {
  const fields = error.validations
    .filter(({ detail }) => !error.message.includes(detail))
    .map(({ field, detail }) => `${field}: ${detail}`);
  return [error.message, ...fields, error.detail].filter(Boolean).join(' ');
}

/** Whether the server says that the thing does not exist, or that the caller may not see it. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'NOT_FOUND';
}
