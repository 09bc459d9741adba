import * as z from 'zod';
import { type ApprovalReference, approvalReferenceSchema } from './schemas/approvals.ts';

/**
 * Every error the platform can answer with: its HTTP status, the sentence a client may show, and what the caller can
 * do next. Details that must not leave the server go to its log together with the request id.
 */
export const errorRegistry = {
  VALIDATION_FAILED: {
    status: 400,
    message: 'Validation failed.',
    next: 'Correct the fields named under "validations" and send the request again.',
  },
  BAD_REQUEST: {
    status: 400,
    message: 'The request is not valid.',
    next: 'Correct the request and send it again.',
  },
  UNAUTHENTICATED: {
    status: 401,
    message: 'You are signed out or your session has expired. Please sign in again to continue.',
    next: 'Sign in with "coder login", or send a valid token.',
  },
  BAD_CREDENTIALS: {
    status: 401,
    message: 'Incorrect email or password.',
    next: 'Check both and try again.',
  },
  FORBIDDEN: {
    status: 403,
    message: 'Forbidden.',
    next: 'Ask an administrator for the role that allows this.',
  },
  INSUFFICIENT_SCOPE: {
    status: 403,
    message: 'The token does not have the scope that this request needs.',
    next: 'Use a token with the scopes that the message names; signed in by "coder login", sign in again and allow more.',
  },
  EXPERIMENT_OFF: {
    status: 403,
    message: 'This feature is an experiment that is not enabled on this deployment.',
    next: 'Start the server with the experiments that the message names.',
  },
  APPROVAL_DENIED: {
    status: 403,
    message: 'A person has refused this action.',
    next: 'Do not repeat it. Ask the user what to do instead.',
  },
  SESSION_REQUIRED: {
    status: 403,
    message: 'Only a person who has signed in can do this.',
    next: 'Sign in at the dashboard, or with "coder login --email <email>", and do it there.',
  },
  NOT_FOUND: {
    status: 404,
    message: 'Resource not found or you do not have access to this resource.',
    next: 'Check the name or id; list what you can see.',
  },
  CONFLICT: {
    status: 409,
    message: 'The request conflicts with what exists.',
    next: 'Read the current state first.',
  },
  INSUFFICIENT_QUOTA: {
    status: 409,
    message: 'The quota does not allow this.',
    next: 'Stop or delete a workspace, or ask an administrator for a larger quota.',
  },
  GONE: { status: 410, message: 'This no longer exists.', next: 'Read the current state first.' },
  PRECONDITION_FAILED: {
    status: 412,
    message: 'The file has changed since it was read.',
    next: 'Read it again and repeat the change on what it holds now.',
  },
  REQUEST_TIMEOUT: {
    status: 408,
    message: 'The request took too long to arrive.',
    next: 'Send it again, in one go.',
  },
  PAYLOAD_TOO_LARGE: { status: 413, message: 'The request body is too large.', next: 'Send less at once.' },
  WORKSPACE_NOT_RUNNING: {
    status: 409,
    message: 'The workspace is not running.',
    next: 'Start it, then try again.',
  },
  AGENT_UNREACHABLE: {
    status: 502,
    message: 'The agent of the workspace is not connected.',
    next: 'Wait until the workspace is ready, or restart it.',
  },
  AGENT_ERROR: { status: 400, message: 'The workspace refused the request.', next: 'See the message.' },
  SERVER_UNREACHABLE: {
    // No answer has come, so there is no status.
    status: 0,
    message: 'The server cannot be reached.',
    next: 'Check the address, and that the server runs.',
  },
  APPROVAL_REQUIRED: {
    status: 428,
    message: 'This action needs the approval of a person.',
    next: 'Ask the user to approve it in the dashboard, then repeat the same call within 10 minutes.',
  },
  RATE_LIMITED: {
    status: 429,
    message: 'You have sent too many requests in a short time.',
    next: 'Wait as long as the Retry-After header says.',
  },
  OVERLOADED: {
    status: 503,
    message: 'The server is handling as many requests as it may.',
    next: 'Wait as long as the Retry-After header says.',
  },
  INTERNAL: {
    status: 500,
    message: 'An internal server error occurred.',
    next: 'Try again; if it persists, give the administrator the request id.',
  },
} as const;

/** The code of an error in the registry. */
export type ErrorCode = keyof typeof errorRegistry;

/** One wrong field of a request: its path (`rich_parameter_values[0].value`) and what is wrong with it. */
export const validationSchema = z.object({ field: z.string(), detail: z.string() });
export type Validation = z.infer<typeof validationSchema>;

/** The body of every error answer: upstream's three fields, the registry's code, and what is to be approved if that is why. */
export const errorBodySchema = z.object({
  message: z.string(),
  detail: z.string().optional(),
  validations: z.array(validationSchema).optional(),
  code: z.string().optional(),
  approval: approvalReferenceSchema.optional(),
});
export type ErrorBody = z.infer<typeof errorBodySchema>;

/** What a client sees of a failed call: the status, the safe message and what to do next. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly detail: string | undefined;
  readonly validations: Validation[];
  /** Seconds to wait before the next attempt, where the server said so. */
  readonly retryAfter: number | undefined;
  /** The scopes that a token would need to hold in all, where only they are in the way. */
  readonly scopes: readonly string[] | undefined;
  /** What a person decides about, where that is in the way. */
  readonly approval: ApprovalReference | undefined;

  constructor(
    code: ErrorCode,
    options: {
      message?: string | undefined;
      detail?: string | undefined;
      validations?: Validation[] | undefined;
      status?: number | undefined;
      retryAfter?: number | undefined;
      scopes?: readonly string[] | undefined;
      approval?: ApprovalReference | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(options.message ?? errorRegistry[code].message, { cause: options.cause });
    this.name = 'ApiError';
    this.code = code;
    this.status = options.status ?? errorRegistry[code].status;
    this.detail = options.detail;
    this.validations = options.validations ?? [];
    this.retryAfter = options.retryAfter;
    this.scopes = options.scopes;
    this.approval = options.approval;
  }

  /** The body that goes over the wire. */
  body(): ErrorBody {
    return {
      message: this.message,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      ...(this.validations.length === 0 ? {} : { validations: this.validations }),
      code: this.code,
      ...(this.approval === undefined ? {} : { approval: this.approval }),
    };
  }
}

/** The code that fits a bare HTTP status, for answers that name none (a proxy's, an older server's). */
export function codeForStatus(status: number): ErrorCode {
  const match = (Object.keys(errorRegistry) as ErrorCode[]).find(
    (code) => errorRegistry[code].status === status,
  );
  return match ?? (status >= 500 ? 'INTERNAL' : 'BAD_REQUEST');
}

/** Reads an error answer of any origin as an {@link ApiError}. */
export function errorFromBody(status: number, body: unknown, retryAfter?: number): ApiError {
  const parsed = errorBodySchema.safeParse(body);
  if (!parsed.success) {
    return new ApiError(codeForStatus(status), {
      status,
      message: `The server answered with status ${status}.`,
      retryAfter,
    });
  }
  const { message, detail, validations, code, approval } = parsed.data;
  const known = code !== undefined && code in errorRegistry ? (code as ErrorCode) : codeForStatus(status);
  return new ApiError(known, { status, message, detail, validations, retryAfter, approval });
}

/** The codes whose detail tells a reason. That of the others tells what to do next, better than the registry could. */
const reasons: ReadonlySet<ErrorCode> = new Set(['UNAUTHENTICATED', 'BAD_REQUEST', 'INTERNAL']);

/** One sentence for people and models: the message, the wrong fields, and the next step. */
export function describeError(error: ApiError): string {
  const { message, fields, next } = partsOf(error);
  return [message, fields.join('; '), ...next].filter((part) => part !== '').join(' ');
}

/** The same for a terminal: several wrong fields stand on a line each, between the message and the next step. */
export function describeErrorLines(error: ApiError): string[] {
  const { message, fields, next } = partsOf(error);
  if (fields.length < 2) return [describeError(error)];
  return [message, ...fields.map((field) => `  ${field}`), ...(next.length === 0 ? [] : [next.join(' ')])];
}

function partsOf({ code, message, detail, validations }: ApiError): {
  message: string;
  fields: string[];
  next: string[];
} {
  // What exists already is named by the message, and its field would only say so again.
  if (code === 'CONFLICT' && validations.length > 0)
    return { message, fields: [], next: ['Choose another one.'] };
  // An agent says of a field just what its message says.
  const fields = validations.filter((v) => v.detail !== message).map((v) => `${v.field}: ${v.detail}`);
  const next = detail === undefined || detail === '' ? [] : [detail];
  if (validations.length === 0 && (detail === undefined || reasons.has(code))) {
    next.push(errorRegistry[code].next);
  }
  return { message: /[.!?:;,…]["')]?$/.test(message) ? message : `${message}.`, fields, next };
}
