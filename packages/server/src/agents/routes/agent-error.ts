import { ApiError, type ErrorCode, type Validation } from '@coder/api';
import { type AgentErrorBody, type AgentErrorCode, agentErrorStatus } from '@coder/api/agent';

/** Where an agent's refusal has a code of its own in the API; any other is an AGENT_ERROR with the agent's status. */
const codes: Partial<Record<AgentErrorCode, ErrorCode>> = {
  invalid_input: 'VALIDATION_FAILED',
  not_found: 'NOT_FOUND',
  process_not_found: 'NOT_FOUND',
  terminal_not_found: 'NOT_FOUND',
  exists: 'CONFLICT',
  not_empty: 'CONFLICT',
  conflict: 'CONFLICT',
  stdin_closed: 'CONFLICT',
  not_running: 'CONFLICT',
  shutting_down: 'CONFLICT',
  gone: 'GONE',
  etag_mismatch: 'PRECONDITION_FAILED',
  too_large: 'PAYLOAD_TOO_LARGE',
};

/** An agent's refusal as the API tells it. The agent's message is made to be shown; what it names becomes `validations`. */
export function fromAgentError(body: AgentErrorBody): ApiError {
  const code = codes[body.code] ?? 'AGENT_ERROR';
  const several = (body.errors ?? []).map(({ field, path, message }) => ({
    field: field ?? path ?? '',
    detail: message,
  }));
  const validations: Validation[] =
    several.length === 0 && body.field !== undefined
      ? [{ field: body.field, detail: body.message }]
      : several;
  return new ApiError(code, {
    message: body.message,
    validations,
    // What goes wrong inside a workspace is its own affair, not a failure of this server.
    ...(code === 'AGENT_ERROR'
      ? { status: body.code === 'internal' ? 502 : agentErrorStatus[body.code] }
      : {}),
  });
}
