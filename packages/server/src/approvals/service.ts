import {
  ApiError,
  type Approval,
  type ApprovalClass,
  type ApprovalPolicy,
  type ApprovalStatus,
  DEFAULT_PAGE_SIZE,
  isUuid,
} from '@coder/api';
import { sql } from 'kysely';
import { type Actor, ALLOW_ALL, authorize, can, holderOf, mayKnowOf } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';
import type { Policy } from './policy.ts';
import { presentApproval } from './present.ts';
import { type ApprovalRow, type ApprovalStore, statusOf } from './store.ts';

type ListQuery = {
  status?: ApprovalStatus | undefined;
  user?: string | undefined;
  limit?: number | undefined;
  offset?: number | undefined;
};
type PolicyChange = { policy: ApprovalPolicy; before: ApprovalClass[]; userId: string; username: string };

/** What people do about approvals. A user's are the user's own matter, and the owners'. */
export type Approvals = {
  list(actor: Actor, query: ListQuery): Promise<{ approvals: Approval[]; count: number }>;
  /** Throws NOT_FOUND also for somebody else's. */
  get(actor: Actor, id: string): Promise<Approval>;
  /** Throws CONFLICT for one that is decided, GONE for one that is over. */
  decide(
    actor: Actor,
    id: string,
    decision: 'approved' | 'denied',
    reason?: string,
  ): Promise<{ before: Approval; after: Approval }>;
  deploymentPolicy(): ApprovalPolicy;
  /** Throws FORBIDDEN for who is no owner. */
  setDeploymentPolicy(
    actor: Actor,
    classes: readonly ApprovalClass[],
  ): Promise<Pick<PolicyChange, 'policy' | 'before'>>;
  userPolicy(actor: Actor, ref: string): Promise<ApprovalPolicy>;
  setUserPolicy(actor: Actor, ref: string, classes: readonly ApprovalClass[]): Promise<PolicyChange>;
};

export type ApprovalsDeps = { db: Db; clock: Clock; policy: Policy; store: ApprovalStore };

export function createApprovalsService({ db, clock, policy, store }: ApprovalsDeps): Approvals {
  async function findUser(actor: Actor, ref: string): Promise<{ id: string; username: string }> {
    const query = db.selectFrom('users').select(['id', 'username']).where('deleted', '=', false);
    const id = ref === 'me' ? actor.user.id : isUuid(ref) ? ref : undefined;
    const user = await (id === undefined
      ? query.where(sql`lower(username)`, '=', ref.toLowerCase())
      : query.where('id', '=', id)
    ).executeTakeFirst();
    if (
      user &&
      (user.id === actor.user.id || (mayForOthers(actor) && mayKnowOf(actor, { type: 'user', id: user.id })))
    ) {
      return user;
    }
    throw new ApiError('NOT_FOUND', {
      message: `User ${JSON.stringify(ref)} does not exist, or their approvals are not yours to see.`,
    });
  }

  async function find(actor: Actor, id: string, action: 'read_personal' | 'update_personal') {
    const row = await store.find(id);
    const holder = onlyOf(actor);
    if (
      !row ||
      !(row.user_id === actor.user.id || mayForOthers(actor)) ||
      (holder !== undefined && row.holder !== holder)
    ) {
      throw new ApiError('NOT_FOUND', {
        message: 'There is no such request, or it is not yours to decide. What is over is kept for a day.',
      });
    }
    authorize(actor, action, { type: 'user', id: row.user_id });
    return row;
  }

  const present = (row: ApprovalRow) => presentApproval(row, clock.now());

  return {
    async list(actor, { status, user = 'me', limit = DEFAULT_PAGE_SIZE, offset = 0 }) {
      const everybody = user === 'all';
      if (everybody) authorize(actor, 'update', { type: 'deployment_config' });
      const userId = everybody ? undefined : (await findUser(actor, user)).id;
      authorize(actor, 'read_personal', { type: 'user', ...(userId === undefined ? {} : { id: userId }) });
      const { rows, count } = await store.list(
        { userId, status, holder: onlyOf(actor) },
        { limit, offset },
        clock.now(),
      );
      return { approvals: rows.map(present), count };
    },

    get: async (actor, id) => present(await find(actor, id, 'read_personal')),

    async decide(actor, id, decision, reason = '') {
      const row = await find(actor, id, 'update_personal');
      const now = clock.now();
      if (!(await store.decide(id, { decision, by: actor.user.username, reason }, now))) {
        const latest = (await store.find(id)) ?? row;
        throw cannotDecide(latest, statusOf(latest, now));
      }
      const after = await find(actor, id, 'update_personal');
      return { before: presentApproval(row, now), after: present(after) };
    },

    deploymentPolicy: () => ({ classes: policy.own(), effective: policy.own() }),

    async setDeploymentPolicy(actor, classes) {
      authorize(actor, 'update', { type: 'deployment_config' });
      const before = await policy.set(undefined, classes);
      return { before, policy: { classes: policy.own(), effective: policy.own() } };
    },

    async userPolicy(actor, ref) {
      const { id } = await findUser(actor, ref);
      authorize(actor, 'read_personal', { type: 'user', id });
      return { classes: policy.own(id), effective: policy.effective(id) };
    },

    async setUserPolicy(actor, ref, classes) {
      const { id, username } = await findUser(actor, ref);
      authorize(actor, 'update_personal', { type: 'user', id });
      const before = await policy.set(id, classes);
      return {
        before,
        policy: { classes: policy.own(id), effective: policy.effective(id) },
        userId: id,
        username,
      };
    },
  };
}

/**
 * Whose requests a caller sees of those that are the user's: all of them, or with a token that does not reach everything only
 * its own, since the others are about things that do not exist for it.
 */
const onlyOf = (actor: Actor): string | undefined =>
  actor.key.allowList.includes(ALLOW_ALL) ? undefined : holderOf(actor);

/** What waits for others is for who may say what the deployment demands of everybody. */
const mayForOthers = (actor: Actor): boolean => can(actor, 'update', { type: 'deployment_config' });

function cannotDecide(row: ApprovalRow, status: ApprovalStatus): ApiError {
  if (status === 'expired') {
    return new ApiError('GONE', {
      message: 'This request is over: it was not used within 10 minutes.',
      detail: 'When the program repeats its call, it asks anew.',
    });
  }
  if (status === 'used') {
    return new ApiError('CONFLICT', {
      message: `${row.decided_by} has approved this, and the call has been made.`,
      detail: 'What was done cannot be taken back here.',
    });
  }
  return new ApiError('CONFLICT', {
    message: `${row.decided_by} has ${status} this already.`,
    detail:
      status === 'approved'
        ? 'It can be used once. To take it back, deny it.'
        : 'When the denial is over, the program can ask anew.',
  });
}
