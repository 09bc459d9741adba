import { ApiError } from '@coder/api';
import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type InputRequiredResult,
  inputRequired,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { CallOutcome } from '../call.ts';
import { errorResult } from '../result.ts';

/** Under this name the page is asked for, and its answer comes back. */
const KEY = 'approval';
/** The part of a call's patience that goes to the person who decides; the rest is the tool's own. */
const HOLD_PART = 0.5;

/** What the client says has become of the page that its user was to open; undefined in a first call. */
export type PageAnswer = 'accept' | 'decline' | 'cancel' | undefined;

export function pageAnswerOf(context: ServerContext): PageAnswer {
  const answer = context.mcpReq.inputResponses?.[KEY];
  const action = (answer as { action?: unknown } | undefined)?.action;
  return action === 'accept' || action === 'decline' || action === 'cancel' ? action : undefined;
}

/**
 * How long a call lets itself be held while its user decides: only when the page has just been opened. To have opened it
 * decides nothing; the decision is what the server has in its rows.
 */
export function holdMs(answer: PageAnswer, waitMs: number): number {
  return answer === 'accept' ? Math.floor(waitMs * HOLD_PART) : 0;
}

/** What a call comes to whose user would not open the page: nothing is called. */
export function withoutApproval(answer: 'decline' | 'cancel'): CallOutcome {
  const what = answer === 'decline' ? 'has declined to approve this call' : 'has not decided about this call';
  return {
    result: errorResult(
      `The user ${what}. Nothing has been done. Do not repeat it unless the user asks for it.`,
    ),
  };
}

/**
 * The request to open the page where a person decides, if that is what a call waits for and its client can show one;
 * undefined otherwise: the result itself then says where the page is.
 */
export function askForApproval(
  { failure }: CallOutcome,
  declared: ClientCapabilities | undefined,
): InputRequiredResult | undefined {
  const error = approvalError(failure);
  if (!error?.approval || declared?.elicitation?.url === undefined) return undefined;
  const { url } = error.approval;
  const message = `${error.message} See exactly what is asked, and decide, on this page.`;
  return inputRequired({ inputRequests: { [KEY]: inputRequired.elicitUrl({ message, url }) } });
}

/** What the client of this very request can do. */
export function capabilitiesOf(
  context: ServerContext,
  ofConnection: () => ClientCapabilities | undefined,
): ClientCapabilities | undefined {
  const envelope = context.mcpReq.envelope as Record<string, unknown> | undefined;
  return (envelope?.[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities | undefined) ?? ofConnection();
}

function approvalError(failure: unknown): ApiError | undefined {
  if (failure instanceof ApiError) return failure.code === 'APPROVAL_REQUIRED' ? failure : undefined;
  return failure instanceof Error && failure.cause !== undefined ? approvalError(failure.cause) : undefined;
}
