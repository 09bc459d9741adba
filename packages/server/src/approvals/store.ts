import { randomUUID } from 'node:crypto';
import { APPROVAL_LIFETIME_MS, type ApprovalClass, type ApprovalStatus } from '@coder/api';
import { type Selectable, type SqlBool, sql } from 'kysely';
import { type Db, inTransaction, notify, storableJson, type Tables } from '../database/index.ts';
import type { Binding, KeptArguments } from './binding.ts';
import type { Fact, Target } from './targets.ts';

export type ApprovalRow = Selectable<Tables['approvals']> & { username: string };

/** A request as it is first written down. */
export type NewApproval = {
  readonly binding: Binding;
  readonly class: ApprovalClass;
  readonly route: string;
  readonly via: string;
  readonly tool: string | undefined;
  readonly application: { id: string; name: string } | undefined;
  readonly tokenName: string | undefined;
  readonly target: Pick<Target, 'type' | 'id' | 'name'>;
  readonly facts: readonly Fact[];
  readonly arguments: KeptArguments;
  readonly ip: string;
  readonly userAgent: string;
};

/** What became of a call: it used an approval up, it was denied, it waits for a decision, or too many wait already. */
export type Claim =
  | { readonly state: 'used' | 'denied' | 'pending'; readonly row: Selectable<Tables['approvals']> }
  | { readonly state: 'full' };

export type ApprovalStore = ReturnType<typeof createApprovalStore>;

/** Notified, with the id of a request, when it has been decided. */
export const DECIDED_CHANNEL = 'approval_decided';
/** Requests of one user that may wait at once. */
export const MAX_OPEN = 50;
/** How long what is over can still be looked at. */
const KEPT_MS = 24 * 3_600_000;
const SWEEP_BATCH = 1_000;

export function createApprovalStore({ db }: { db: Db }) {
  /** The one row of a binding that is neither used nor out of date, held until the transaction ends. */
  const live = (on: Db, { userId, holder, digest }: Binding, now: Date) =>
    on
      .selectFrom('approvals')
      .selectAll()
      .where('user_id', '=', userId)
      .where('holder', '=', holder)
      .where('digest', '=', digest)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now)
      .orderBy('created_at', 'desc')
      .limit(1)
      .forUpdate()
      .executeTakeFirst();

  async function take(on: Db, binding: Binding, now: Date): Promise<Claim | undefined> {
    const row = await live(on, binding, now);
    if (!row) return undefined;
    if (row.decision !== 'approved') return { state: row.decision === 'denied' ? 'denied' : 'pending', row };
    await on.updateTable('approvals').set({ used_at: now }).where('id', '=', row.id).execute();
    return { state: 'used', row };
  }

  const selectRows = () =>
    db
      .selectFrom('approvals')
      .innerJoin('users', 'users.id', 'approvals.user_id')
      .selectAll('approvals')
      .select('users.username');

  return {
    /** Uses up the approval of a call, if it has one. Of two calls at once only one can. */
    claim: (binding: Binding, now: Date): Promise<Claim | undefined> =>
      inTransaction(db, (trx) => take(trx, binding, now)),

    /** As {@link claim}; where there is nothing yet, a request is written down. */
    open: (request: NewApproval, now: Date): Promise<Claim> =>
      inTransaction(db, async (trx) => {
        const { userId, holder, digest } = request.binding;
        // Requests of one user are made one after the other, so that a call has one and their number has a limit.
        await sql`select pg_advisory_xact_lock(hashtextextended(${`approvals of ${userId}`}, 0))`.execute(
          trx,
        );
        const known = await take(trx, request.binding, now);
        if (known) return known;
        const { open } = await trx
          .selectFrom('approvals')
          .select((eb) => eb.fn.countAll<number>().as('open'))
          .where('user_id', '=', userId)
          .where('decision', 'is', null)
          .where('expires_at', '>', now)
          .executeTakeFirstOrThrow();
        if (open >= MAX_OPEN) return { state: 'full' };
        const row = await trx
          .insertInto('approvals')
          .values({
            id: randomUUID(),
            user_id: userId,
            holder,
            digest,
            class: request.class,
            route: request.route,
            via: request.via,
            tool: request.tool ?? null,
            application: request.application ? storableJson(request.application) : null,
            token_name: request.tokenName ?? null,
            target_type: request.target.type,
            target_id: request.target.id,
            target_name: request.target.name,
            facts: storableJson(request.facts),
            arguments: request.arguments.text,
            arguments_sha256: request.arguments.sha256,
            ip: request.ip,
            user_agent: request.userAgent.slice(0, 256),
            created_at: now,
            expires_at: new Date(now.getTime() + APPROVAL_LIFETIME_MS),
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        return { state: 'pending', row };
      }),

    find: (id: string): Promise<ApprovalRow | undefined> =>
      selectRows().where('approvals.id', '=', id).executeTakeFirst(),

    /** Of one user, or of all, and perhaps of one holder; what waits for a decision first, then the newest. */
    async list(
      {
        userId,
        status,
        holder,
      }: { userId: string | undefined; status: ApprovalStatus | undefined; holder: string | undefined },
      page: { limit: number; offset: number },
      now: Date,
    ): Promise<{ rows: ApprovalRow[]; count: number }> {
      let query = selectRows();
      if (userId !== undefined) query = query.where('approvals.user_id', '=', userId);
      if (holder !== undefined) query = query.where('approvals.holder', '=', holder);
      if (status !== undefined) query = query.where(statusIs[status](now));
      const { count } = await query
        .clearSelect()
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      const rows = await query
        .orderBy(sql`(${statusIs.pending(now)})`, 'desc')
        .orderBy('approvals.created_at', 'desc')
        .orderBy('approvals.id')
        .limit(page.limit)
        .offset(page.offset)
        .execute();
      return { rows, count };
    },

    /** Decides what waits for a decision, or takes back an approval that has not been used; false when it is neither. */
    decide: (
      id: string,
      { decision, by, reason }: { decision: 'approved' | 'denied'; by: string; reason: string },
      now: Date,
    ): Promise<boolean> =>
      inTransaction(db, async (trx) => {
        const { numUpdatedRows } = await trx
          .updateTable('approvals')
          .set({
            decision,
            reason,
            decided_by: by,
            decided_at: now,
            expires_at: new Date(now.getTime() + APPROVAL_LIFETIME_MS),
          })
          .where('id', '=', id)
          .where('used_at', 'is', null)
          .where('expires_at', '>', now)
          .where((eb) =>
            eb.or([
              eb('decision', 'is', null),
              ...(decision === 'denied' ? [eb('decision', '=', 'approved')] : []),
            ]),
          )
          .executeTakeFirst();
        if (numUpdatedRows > 0n) await notify(trx, DECIDED_CHANNEL, id);
        return numUpdatedRows > 0n;
      }),

    /** Deletes, with its arguments, what has been over for a day. */
    async sweep(now: Date): Promise<void> {
      const before = new Date(now.getTime() - KEPT_MS);
      for (let deleted = SWEEP_BATCH; deleted >= SWEEP_BATCH; ) {
        const { numDeletedRows } = await db
          .deleteFrom('approvals')
          .where('id', 'in', (eb) =>
            eb.selectFrom('approvals').select('id').where('expires_at', '<', before).limit(SWEEP_BATCH),
          )
          .executeTakeFirst();
        deleted = Number(numDeletedRows);
      }
    },
  };
}

const statusIs = {
  pending: (now: Date) => sql<SqlBool>`approvals.decision is null and approvals.expires_at > ${now}`,
  approved: (now: Date) =>
    sql<SqlBool>`approvals.decision = 'approved' and approvals.used_at is null and approvals.expires_at > ${now}`,
  denied: () => sql<SqlBool>`approvals.decision = 'denied'`,
  used: () => sql<SqlBool>`approvals.used_at is not null`,
  expired: (now: Date) =>
    sql<SqlBool>`approvals.used_at is null and approvals.decision is distinct from 'denied' and approvals.expires_at <= ${now}`,
} satisfies Record<ApprovalStatus, (now: Date) => unknown>;

/** The status that follows from a row and the time; the same rules as {@link statusIs}. */
export function statusOf(
  row: Pick<ApprovalRow, 'used_at' | 'decision' | 'expires_at'>,
  now: Date,
): ApprovalStatus {
  if (row.used_at !== null) return 'used';
  if (row.decision === 'denied') return 'denied';
  if (row.expires_at <= now) return 'expired';
  return row.decision === 'approved' ? 'approved' : 'pending';
}
