import { type ApprovalClass, approvalClasses } from '@coder/api';
import { sql } from 'kysely';
import type { Clock } from '../clock.ts';
import { type Db, inTransaction, type Notifications, notify } from '../database/index.ts';
import type { Logger } from '../logger.ts';

export type Policy = {
  /** What is demanded of a user in all, from memory. */
  effective(userId: string): ApprovalClass[];
  /** The first of the classes that is demanded of a user, from memory. */
  demanded(userId: string, classes: readonly ApprovalClass[]): ApprovalClass | undefined;
  /** What a user demands, or, without one, what the deployment does; from memory. */
  own(userId?: string): ApprovalClass[];
  /** Puts it in place of what there was. It holds on this server when it resolves, and on every other soon after. */
  set(userId: string | undefined, classes: readonly ApprovalClass[]): Promise<void>;
  close(): void;
};

export type PolicyOptions = { db: Db; notifications: Notifications; clock: Clock; log: Logger };

const CHANNEL = 'approval_policy_changed';
const SETTING = 'approval_policy';
const RETRY_MS = 1_000;

/**
 * Policies are few and asked for by every call, so all of them are in memory. A change reaches the other servers by a
 * notification; after one may have been missed everything is read again, until that succeeds.
 */
export async function createPolicy({ db, notifications, clock, log }: PolicyOptions): Promise<Policy> {
  let deployment: ReadonlySet<ApprovalClass> = new Set();
  let users: ReadonlyMap<string, ReadonlySet<ApprovalClass>> = new Map();
  let reading: Promise<void> = Promise.resolve();
  let retry: NodeJS.Timeout | undefined;

  async function load(): Promise<void> {
    const setting = await db
      .selectFrom('site_settings')
      .select('value')
      .where('key', '=', SETTING)
      .executeTakeFirst();
    const rows = await db.selectFrom('approval_policies').select(['user_id', 'classes']).execute();
    deployment = known(setting ? (JSON.parse(setting.value) as string[]) : []);
    users = new Map(rows.map((row) => [row.user_id, known(row.classes)]));
  }

  /** One after the other, so that what was read first cannot be taken for the newer. */
  function read(): Promise<void> {
    const next = reading.then(load);
    reading = next.catch(() => undefined);
    return next;
  }

  function readAgain(): void {
    clearTimeout(retry);
    read().catch((err: unknown) => {
      log.warn({ err }, 'the approval policies could not be read and will be read again');
      retry = setTimeout(readAgain, RETRY_MS).unref();
    });
  }

  const stop = await notifications.listen(CHANNEL, { notify: readAgain, missed: readAgain });
  await read();

  return {
    effective: (userId) =>
      approvalClasses.filter((name) => deployment.has(name) || users.get(userId)?.has(name)),
    demanded(userId, classes) {
      if (deployment.size === 0 && users.size === 0) return undefined;
      const own = users.get(userId);
      return classes.find((name) => deployment.has(name) || own?.has(name));
    },
    own: (userId) =>
      approvalClasses.filter((name) =>
        userId === undefined ? deployment.has(name) : users.get(userId)?.has(name),
      ),
    async set(userId, classes) {
      const ordered = approvalClasses.filter((name) => classes.includes(name));
      await inTransaction(db, async (trx) => {
        if (userId === undefined) {
          const value = JSON.stringify(ordered);
          await trx
            .insertInto('site_settings')
            .values({ key: SETTING, value })
            .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
            .execute();
        } else {
          const change = { classes: ordered, updated_at: clock.now() };
          await trx
            .insertInto('approval_policies')
            .values({ user_id: userId, ...change })
            .onConflict((conflict) => conflict.column('user_id').doUpdateSet(change))
            .execute();
          // A user without demands costs nothing.
          await trx.deleteFrom('approval_policies').where(sql<boolean>`classes = '{}'`).execute();
        }
        await notify(trx, CHANNEL, userId ?? '');
      });
      await read();
    },
    close() {
      clearTimeout(retry);
      stop();
    },
  };
}

const known = (names: readonly string[]): ReadonlySet<ApprovalClass> =>
  new Set(approvalClasses.filter((name) => names.includes(name)));
