import { ApiError, type ErrorCode, type Validation } from '@coder/api';
import type { AgentErrorCode } from '@coder/api/agent';
import { AgentError, AgentUnreachable } from '../link/index.ts';
import type { AgentTarget } from './agent-target.ts';

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

/** What a call to an agent threw, as the API tells it. The agent's messages are made to be shown. */
export function fromAgentFailure(error: unknown, target: AgentTarget): unknown {
  if (error instanceof AgentError) return fromAgentError(error);
  if (error instanceof AgentUnreachable) return fromUnreachable(error, target);
  return error;
}

function fromAgentError(error: AgentError): ApiError {
  const code = codes[error.code] ?? 'AGENT_ERROR';
  const several = (error.errors ?? []).map(({ field, path, message }) => ({
    field: field ?? path ?? '',
    detail: message,
  }));
  const one: Validation[] = error.field === undefined ? [] : [{ field: error.field, detail: error.message }];
  return new ApiError(code, {
    message: error.message,
    validations: several.length === 0 ? one : several,
    // What goes wrong inside a workspace is its own affair, not a failure of this server.
    ...(code === 'AGENT_ERROR' ? { status: error.code === 'internal' ? 502 : error.status } : {}),
    cause: error,
  });
}

function fromUnreachable(error: AgentUnreachable, { agentName, workspaceName }: AgentTarget): ApiError {
  const agent = `The agent "${agentName}" of workspace "${workspaceName}"`;
  const messages: Record<AgentUnreachable['reason'], string> = {
    aborted: 'The request was given up before the workspace had answered. What was started goes on.',
    deadline: `${agent} is connected but did not answer in time. Try again; if it stays so, restart the workspace.`,
    closed: `${agent} lost its connection during the call. It connects again by itself: look whether the call had an effect, then try again.`,
    wrong: `${agent} did not answer as agents do. Restart the workspace ("coder restart ${workspaceName}"); if it stays so, update it.`,
    broken: `${agent} broke off its answer. Try again; if it stays so, restart the workspace.`,
  };
  return new ApiError('AGENT_UNREACHABLE', { message: messages[error.reason], cause: error });
}
