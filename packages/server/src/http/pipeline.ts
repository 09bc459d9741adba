import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { ApiError, type RouteMeta } from '@coder/api';
import { type Actor, missingScope, tokenCarries } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { type ApprovalGate, type CallInput, demandApproval, requireOwnSession } from './approval-gate.ts';
import {
  type AuditDraft,
  type AuditEntry,
  type AuditTrail,
  callerFields,
  createAuditDraft,
} from './audit-draft.ts';
import { toApiError } from './error-response.ts';
import { intend } from './intend.ts';
import type { Caller, OpenRequests } from './open-requests.ts';
import type { RateLimits } from './pipeline-limits.ts';
import type { RequestContext } from './procedure.ts';
import type { ToolCalls } from './tool-calls.ts';
import type { Via } from './via.ts';

/** The part of a request that says who sends it. */
export type Credentials = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly ip: string;
  /** The request asks to become a WebSocket, which a page of another site may open. */
  readonly upgrade: boolean;
  /** Adds a Set-Cookie to the answer, where there is one to add it to. */
  readonly setCookie?: (line: string) => void;
};

/** Verifies a user's token. Throws UNAUTHENTICATED, with a detail, for one that is absent, malformed, expired or revoked. */
export type Authenticate = (credentials: Credentials) => Promise<Actor>;
/** Verifies the token of a workspace's agent. */
export type AuthenticateAgent = (
  credentials: Credentials,
) => Promise<{ readonly id: string; readonly workspaceId: string }>;

/** One request, on whatever way it came. */
export type Call = Credentials & {
  readonly requestId: string;
  readonly userAgent: string;
  readonly signal: AbortSignal;
  /** The caller, when the code that makes the call inside this process has verified it already. */
  readonly actor?: Actor | undefined;
  /** By what it comes, where that code says so; otherwise the headers do. */
  readonly via?: Via | undefined;
};

/** A route as its audit rows name it, and what holds for all who call it. */
export type PipelineRoute = {
  readonly name: string;
  readonly meta: RouteMeta;
  /** The handler awaits `context.recorded` itself before its effect. */
  readonly holdsEffect?: boolean;
};

/** A request that may go on to its handler. */
export type Admitted = {
  readonly route: PipelineRoute;
  readonly context: RequestContext;
  readonly replyHeaders: Headers;
  readonly draft: AuditDraft;
  readonly via: Via | undefined;
};

export type Pipeline = {
  /** Everything that is asked before the body is read: who is it, how often, with which scope. Throws an ApiError. */
  admit(route: PipelineRoute, call: Call): Promise<Admitted>;
  /**
   * Asks for a person's approval where the route needs one. To be called within {@link Pipeline.audited}, once the input is
   * validated: a call that is held up has a row as well, and whatever has an approval has its row before it is used up.
   */
  approved(admitted: Admitted, input: () => CallInput | Promise<CallInput>): Promise<void>;
  /**
   * Runs the handler with its audit row: written before it when the route has an effect, behind its answer when it reads.
   * `statusOf` tells the status of what the handler returned.
   */
  audited<T>(admitted: Admitted, handler: () => Promise<T>, statusOf: (result: T) => number): Promise<T>;
};

export type PipelineOptions = {
  authenticate: Authenticate;
  authenticateAgent: AuthenticateAgent;
  limits: RateLimits;
  audit: AuditTrail;
  approvals: ApprovalGate;
  /** Without it, tool calls of other programs have no rows of their own. */
  toolCalls?: ToolCalls | undefined;
  /** Told whose a request is. */
  openRequests?: Pick<OpenRequests, 'identify'> | undefined;
  clock: Clock;
  log: Logger;
};

/** The one way that every request takes, whether it is for a procedure of the contract, a stream or a WebSocket. */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { authenticate, authenticateAgent, limits, audit, approvals, toolCalls, openRequests, clock, log } =
    options;

  async function actorOf(meta: RouteMeta, call: Call, reply: Headers): Promise<Actor | undefined> {
    if (meta.auth === 'none' || meta.auth === 'agent') return undefined;
    if (call.actor) return call.actor;
    try {
      return await authenticate({ ...call, setCookie: (line) => reply.append('set-cookie', line) });
    } catch (error) {
      // Guessing tokens is limited like any other anonymous request.
      if (error instanceof ApiError && error.status === 401) limits.take(meta, call, undefined);
      throw error;
    }
  }

  function entryOf({ route, context }: Admitted): AuditEntry | undefined {
    if (!route.meta.audit) return undefined;
    const { actor, request, agent } = context;
    return {
      id: randomUUID(),
      time: clock.now(),
      requestId: request.id,
      userId: actor?.user.id,
      username: actor?.user.username ?? (agent ? `agent ${agent.id}` : ''),
      email: actor?.user.email ?? '',
      apiKeyId: actor?.key.id ?? '',
      ip: request.ip,
      userAgent: request.userAgent.slice(0, 256),
      action: route.meta.audit.action,
      resourceType: route.meta.audit.resource,
      description: route.name,
      additionalFields: callerFields(actor),
    };
  }

  /** A token that tries what it may not do is worth a row; it has no effect, so the row need not come first. */
  function refused(admitted: Admitted, check: () => void): void {
    try {
      check();
    } catch (error) {
      const entry = entryOf(admitted);
      if (entry) audit.record(entry, admitted.draft.outcome(403, 0));
      throw error;
    }
  }

  return {
    approved: (admitted, input) => demandApproval(approvals, admitted, input),

    async admit(route, call) {
      const { meta } = route;
      const replyHeaders = new Headers();
      const actor = await actorOf(meta, call, replyHeaders);
      const agent = meta.auth === 'agent' ? await authenticateAgent(call) : undefined;
      const caller = callerOf(actor, agent);
      if (caller) openRequests?.identify(call.requestId, caller);
      limits.take(meta, call, actor);
      const draft = createAuditDraft();
      const context: RequestContext = {
        actor,
        agent,
        request: {
          id: call.requestId,
          ip: call.ip,
          userAgent: call.userAgent,
          headers: call.headers,
          signal: call.signal,
        },
        audit: draft,
        workspaceId: undefined,
        recorded: notYet,
        reply: { header: (name, value) => replyHeaders.append(name, value) },
      };
      const admitted = { route, context, replyHeaders, draft, via: call.via };
      const { permission, session } = meta;
      if (session !== undefined) refused(admitted, () => requireOwnSession(approvals, admitted));
      if (actor && permission && permission !== 'signed-in' && !tokenCarries(actor, permission)) {
        refused(admitted, () => {
          throw missingScope(permission, actor);
        });
      }
      return admitted;
    },

    async audited(admitted, handler, statusOf) {
      const entry = entryOf(admitted);
      const part = admitted.via === undefined ? toolCalls?.partOf(admitted.context) : undefined;
      const hasEffect = entry !== undefined && entry.action !== 'read';
      const { holdsEffect = false } = admitted.route;
      const record = async () => {
        if (!hasEffect) return;
        // What is prepared beside the row takes longer than the row, so it sets out first.
        if (holdsEffect) await setImmediate();
        await intend({ audit, log }, entry, admitted.via?.intent ?? part?.intent);
      };
      const recorded = record();
      admitted.context.recorded = recorded;
      if (!entry && !part) return handler();
      // Whoever awaits it meets the error, also when that is only the end of this.
      if (holdsEffect) recorded.catch(() => {});
      else await recorded;
      const started = performance.now();
      const finish = (status: number) => {
        const outcome = admitted.draft.outcome(status, performance.now() - started);
        part?.ended(outcome);
        if (!entry) return;
        if (hasEffect) audit.settle(entry, outcome);
        else audit.record(entry, outcome);
      };
      try {
        const result = await handler();
        await recorded;
        finish(statusOf(result));
        return result;
      } catch (error) {
        // Without a row nothing has happened, and there is nothing to add an outcome to.
        await recorded;
        finish(toApiError(error, admitted.context.request.id).status);
        throw error;
      }
    },
  };
}

/** What nobody has set about recording is not recorded. */
const notYet = Promise.reject(new Error('the audit row was asked for before it was begun'));
notYet.catch(() => {});

function callerOf(actor: Actor | undefined, agent: RequestContext['agent']): Caller | undefined {
  if (actor) return `user:${actor.user.id}`;
  return agent && `agent:${agent.id}`;
}
