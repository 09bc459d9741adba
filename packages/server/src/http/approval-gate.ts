import { ApiError, type ApprovalClass, type ApprovalMeta } from '@coder/api';
import { type Actor, isOwnSession } from '../authorization/index.ts';
import type { Admitted } from './pipeline.ts';
import type { RequestContext } from './procedure.ts';
import { type Via, viaOf } from './via.ts';

/** The input of a call, as it is validated. */
export type CallInput = Readonly<Record<string, unknown>>;

/** A call that is held up until a person has approved it. */
export type ApprovalAsk = {
  readonly actor: Actor;
  readonly context: RequestContext;
  readonly via: Via;
  /** As its audit row has it: `POST /workspaces/{workspace}/builds`. */
  readonly route: string;
  readonly meta: ApprovalMeta;
  /** What the caller must be allowed to do with the object. */
  readonly permission: string;
  readonly class: ApprovalClass;
  readonly input: CallInput;
};

/** Decides which calls need an approval, and lets those through that have one. */
export type ApprovalGate = {
  /** The first of the classes that is demanded of a user; undefined when none is. It asks the database nothing. */
  demanded(userId: string, classes: readonly ApprovalClass[]): ApprovalClass | undefined;
  /** Resolves with the id of the approval that was used up; throws APPROVAL_REQUIRED, APPROVAL_DENIED or what hides the object. */
  pass(ask: ApprovalAsk): Promise<string>;
};

/** A call that is not a person's own: made with a token, or by a program that serves MCP. */
function isOfProgram(actor: Actor, via: () => Via): boolean {
  return !isOwnSession(actor) || via().kind === 'mcp';
}

/** The way by which an admitted request came. */
const wayOf = ({ via, context }: Admitted): Via => via ?? viaOf(context.request.headers);

/** Holds a call up where its route belongs to a class that is demanded. `input` is asked for only then. */
export async function demandApproval(
  gate: ApprovalGate,
  admitted: Admitted,
  input: () => CallInput | Promise<CallInput>,
): Promise<void> {
  const { route, context, draft } = admitted;
  const { actor } = context;
  const meta = route.meta.approval;
  if (!meta || !actor) return;
  const { classes, also } = meta;
  const any = gate.demanded(actor.user.id, also ? [...classes, also.class] : classes);
  if (any === undefined || !isOfProgram(actor, () => wayOf(admitted))) return;
  const given = await input();
  if (meta.when && given[meta.when.field] !== meta.when.equals) return;
  if (meta.unless && Object.entries(meta.unless).every(([field, value]) => given[field] === value)) return;
  const isMore = also?.above0.some((field) => Number(given[field] ?? 0) > 0);
  const demanded = isMore ? any : gate.demanded(actor.user.id, classes);
  if (demanded === undefined) return;
  const via = wayOf(admitted);
  await context.recorded;
  try {
    const id = await gate.pass({
      actor,
      context,
      via,
      route: route.name,
      meta,
      permission: meta.permission ?? route.meta.permission ?? '',
      class: demanded,
      input: given,
    });
    draft.field('approval', id);
  } catch (error) {
    if (error instanceof ApiError && error.approval) draft.field('approval', error.approval.id);
    throw error;
  }
}

const everyClass: readonly ApprovalClass[] = ['delete', 'commands', 'templates'];

/**
 * Throws SESSION_REQUIRED for a program that calls what only a person may do: decide, say what is to be decided, and, where
 * that is demanded, whatever could make a session or get hold of one.
 */
export function requireOwnSession(gate: ApprovalGate, admitted: Admitted): void {
  const { route, context } = admitted;
  const { session } = route.meta;
  const { actor } = context;
  if (session === undefined || !actor || !isOfProgram(actor, () => wayOf(admitted))) return;
  if (session === 'while-approving' && gate.demanded(actor.user.id, everyClass) === undefined) return;
  throw new ApiError('SESSION_REQUIRED', {
    message:
      session === true
        ? 'Only a person who has signed in can do this: no token can, and no MCP client.'
        : 'While approvals are demanded of you, only your own session can do this: no token can, and no MCP client.',
  });
}
