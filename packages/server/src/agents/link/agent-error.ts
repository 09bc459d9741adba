import { AgentErrorBody, type AgentErrorCode, agentErrorStatus } from '@coder/api/agent';
import { checkAnswer } from './check-answer.ts';

/** A call that the agent refused. `message` is meant for the user. */
export class AgentError extends Error {
  readonly code: AgentErrorCode;
  readonly status: number;
  readonly path: string | undefined;
  readonly field: string | undefined;
  readonly errors: AgentErrorBody['errors'];

  constructor(body: AgentErrorBody) {
    super(body.message);
    this.name = 'AgentError';
    this.code = body.code;
    this.status = agentErrorStatus[body.code];
    this.path = body.path;
    this.field = body.field;
    this.errors = body.errors;
  }
}

/** A call that got no answer: the link is gone, or the deadline passed. Whether it had an effect is not known. */
export class AgentUnreachable extends Error {
  /** `wrong`: there was an answer, and it is none that was agreed. */
  readonly reason: 'closed' | 'deadline' | 'aborted' | 'broken' | 'wrong';

  constructor(reason: AgentUnreachable['reason'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'AgentUnreachable';
    this.reason = reason;
  }
}

/** Why a link was ended: its other side sent what no agent sends. */
export class LinkFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LinkFault';
  }
}

/** Reads a refusal; an answer that is none becomes an internal error that says so. */
export function agentErrorFrom(status: number, text: string): AgentError {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  const body = checkAnswer(AgentErrorBody, parsed);
  return new AgentError(
    body.success
      ? body.data
      : { code: 'internal', message: `The agent answered with status ${status} and no explanation.` },
  );
}
