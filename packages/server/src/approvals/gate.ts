import { ApiError, type ApprovalClass } from '@coder/api';
import type { Clock } from '../clock.ts';
import type { ApprovalAsk, ApprovalGate } from '../http/index.ts';
import { argumentsOf, type Binding, bindingOf, type KeptArguments, keepArguments } from './binding.ts';
import type { Decisions } from './decisions.ts';
import type { Policy } from './policy.ts';
import { type ApprovalStore, type Claim, MAX_OPEN } from './store.ts';
import { findTarget, type Target, type TargetDeps } from './targets.ts';

export type GateDeps = TargetDeps & {
  readonly policy: Policy;
  readonly store: ApprovalStore;
  readonly decisions: Decisions;
  readonly clock: Clock;
  /** Without a slash at the end. */
  readonly accessUrl: string;
};

/** Lets a call through that has an approval, and asks for one for any other. */
export function createGate(deps: GateDeps): ApprovalGate {
  const { policy, store, decisions, clock, accessUrl } = deps;

  async function open(
    ask: ApprovalAsk,
    target: Target,
    kept: KeptArguments,
    binding: Binding,
  ): Promise<Claim> {
    const { actor, via, context } = ask;
    const { application, tokenName } = actor.key;
    const facts = await target.facts();
    return store.open(
      {
        binding,
        class: ask.class,
        route: ask.route,
        via: via.kind,
        tool: via.tool,
        application: application && { id: application.id, name: application.name },
        tokenName,
        target,
        facts,
        arguments: kept,
        ip: context.request.ip,
        userAgent: context.request.userAgent,
      },
      clock.now(),
    );
  }

  /** Holds a call for as long as it lets itself be held, or until somebody has decided about it. */
  async function decided(
    { via, context }: ApprovalAsk,
    binding: Binding,
    pending: Claim & { state: 'pending' | 'used' | 'denied' },
  ): Promise<Claim> {
    const { signal } = context.request;
    const over = new AbortController();
    const until = performance.now() + via.approvalWaitMs;
    try {
      for (;;) {
        const left = until - performance.now();
        if (left <= 0 || signal.aborted) return pending;
        // Whoever listens first and looks then misses no decision.
        const heard = decisions.next(pending.row.id, left, AbortSignal.any([signal, over.signal]));
        const claim = await store.claim(binding, clock.now());
        if (claim?.state !== 'pending') return claim ?? pending;
        await heard;
      }
    } finally {
      over.abort();
    }
  }

  return {
    demanded: policy.demanded,
    async pass(ask) {
      const target = await findTarget(ask, deps);
      ask.context.audit.target(target.id, target.name);
      const args = argumentsOf(ask);
      const kept = keepArguments(args);
      const binding = bindingOf(ask, target, args);
      let claim = (await store.claim(binding, clock.now())) ?? (await open(ask, target, kept, binding));
      if (claim.state === 'pending' && ask.via.approvalWaitMs > 0) claim = await decided(ask, binding, claim);
      if (claim.state === 'used') return claim.row.id;
      throw refusal(ask, target, claim);
    },
  };

  function refusal(ask: ApprovalAsk, target: Target, claim: Claim): ApiError {
    const who = ask.actor.user.username;
    if (claim.state === 'full') {
      return new ApiError('RATE_LIMITED', {
        message: `${MAX_OPEN} requests wait for the approval of ${who} already.`,
        detail: `Ask the user to decide about them at ${accessUrl}/approvals; those that are not decided end after 10 minutes.`,
        retryAfter: 60,
      });
    }
    const { row } = claim;
    const approval = {
      id: row.id,
      url: `${accessUrl}/approvals/${row.id}`,
      expires_at: row.expires_at.toISOString(),
    };
    if (claim.state === 'denied') {
      return new ApiError('APPROVAL_DENIED', {
        message: `${row.decided_by} has refused this: ${phrase(ask, target)}.`,
        detail: `${row.reason === '' ? '' : `Reason: ${row.reason}. `}Do not repeat it; ask the user what to do instead.`,
        approval,
      });
    }
    return new ApiError('APPROVAL_REQUIRED', {
      message: `This needs the approval of ${who}: ${phrase(ask, target)}.`,
      // Not the command itself: whoever reads this may be the program that is to be approved.
      detail: `Nothing has been done yet. Ask the user to decide at ${approval.url} (or by "coder approvals"), then repeat the same call with the same arguments within 10 minutes.`,
      approval,
    });
  }
}

const verbs: Record<ApprovalClass, string> = {
  delete: 'delete the',
  commands: 'run a command in the',
  templates: 'change the',
};

/** What a call would do, in a few words. */
function phrase({ class: asked, route }: ApprovalAsk, { type, name }: Target): string {
  if (route.endsWith('/stdin')) return `write to the input of a process in the ${type} ${name}`;
  if (route.endsWith('/pty')) return `open a terminal in the ${type} ${name}`;
  if (route.endsWith('/dormant')) {
    return `make the ${type} ${name} dormant, after which its template may delete it`;
  }
  if (type === 'organization') return `add a template to the organization ${name}`;
  // A deletion is one whichever class it was demanded by, and so is a change.
  const does = route.startsWith('DELETE ') ? 'delete' : route.startsWith('PATCH ') ? 'templates' : asked;
  return `${verbs[does]} ${type} ${name}`;
}
