import { oc } from '@orpc/contract';
import type { AuditAction, AuditResource } from './audit-words.ts';
import type { Permission } from './permissions.ts';
import type { ApprovalClass } from './schemas/approvals.ts';

/**
 * What a route does that a person may want to approve. The approval is bound to the route, to its arguments and to the
 * object that its path names.
 */
export type ApprovalMeta = {
  /** Demanded when any of these is. */
  classes: readonly [ApprovalClass, ...ApprovalClass[]];
  /** Only when this field of the input has this value. */
  when?: { field: string; equals: string | boolean };
  /** A further class, demanded when the input sets one of these fields to more than 0. */
  also?: { class: ApprovalClass; above0: readonly string[] };
  /** Not when all these fields of the input have just these values: such a call carries nothing that a person could judge. */
  unless?: Readonly<Record<string, string>>;
  /** Fields that the calling program chooses for itself, such as a wait: the approval is not bound to them. */
  ignore?: readonly string[];
  /** The parameter of the path that names the object. */
  target: 'workspace' | 'template' | 'version' | 'organization' | 'agent';
  /** What the caller must be allowed to do for it to be worth asking a person; by default the route's own permission. */
  permission?: Permission;
  /** Of a raw route: what of its query, and whether its body, belongs to its arguments. */
  query?: readonly string[];
  body?: true;
};

/**
 * The facts about a route that hold for every caller. The server's middleware reads them, so authorization, audit and
 * rate limits are decided here and nowhere else.
 */
export type RouteMeta = {
  /** Who may call: anybody, a signed-in user (the default), or a workspace's agent. */
  auth?: 'none' | 'user' | 'agent';
  /**
   * The permission a token must carry to call at all. The service then asks whether the actor has it on the object in
   * question. `signed-in` is for what every user may do with any token (who am I, what can I ask for).
   */
  permission?: Permission | 'signed-in';
  /** The audit row this route writes: before its effect when it has one, behind its answer when it only reads. */
  audit?: { action: AuditAction; resource: AuditResource };
  /** Which limiter counts it; `api` is the default. */
  rateLimit?: 'api' | 'login' | 'files' | 'none';
  /** Needs the approval of a person where that is demanded. */
  approval?: ApprovalMeta;
  /**
   * Takes a session that a person has opened, never a token and never a call by MCP. `while-approving`: only of users of
   * whom approvals are demanded, because it could make a session or get hold of one.
   */
  session?: true | 'while-approving';
};

/** Every route of the contract starts from this builder. */
export const route = oc.$meta<RouteMeta>({ auth: 'user' });
