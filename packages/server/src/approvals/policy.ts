import { type ApprovalClass, approvalClasses } from '@coder/api';
import type { Transaction } from 'kysely';
import type { Clock } from '../clock.ts';
import { type Db, inTransaction, type Notifications, notify, type Tables } from '../database/index.ts';
import type { Logger } from '../logger.ts';

export type Policy = {
  /** What is demanded of a user in all, from memory. */
  effective(userId: string): ApprovalClass[];
  /** The first of the classes that is demanded of a user, from memory. */
  demanded(userId: string, classes: readonly ApprovalClass[]): ApprovalClass | undefined;
  /** What a user demands, or, without one, what the deployment does; from memory. */
  own(userId?: string): ApprovalClass[];
  /**
   * Puts it in place of what there was, and returns that. It holds on this server when it resolves, and on every other soon
   * after.
   */
  set(userId: string | undefined, classes: readonly ApprovalClass[]): Promise<ApprovalClass[]>;
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
      const before = await inTransaction(db, async (trx) => {
        const replaced = await (userId === undefined
          ? replaceDeployment(trx, ordered)
          : replaceUser(trx, userId, ordered, clock.now()));
        await notify(trx, CHANNEL, userId ?? '');
        return approvalClasses.filter((name) => replaced.has(name));
      });
      await read();
      return before;
    },
    close() {
      clearTimeout(retry);
      stop();
    },
  };
}

type Classes = readonly ApprovalClass[];

/** Returns what was demanded before. */
async function replaceDeployment(trx: Transaction<Tables>, classes: Classes) {
  // With a row there is something to lock.
  await trx
    .insertInto('site_settings')
    .values({ key: SETTING, value: '[]' })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  const { value } = await trx
    .selectFrom('site_settings')
    .select('value')
    .where('key', '=', SETTING)
    .forUpdate()
    .executeTakeFirstOrThrow();
  await trx
    .updateTable('site_settings')
    .set({ value: JSON.stringify(classes) })
    .where('key', '=', SETTING)
    .execute();
  return known(JSON.parse(value) as string[]);
}

/** Returns what the user demanded before. */
async function replaceUser(trx: Transaction<Tables>, userId: string, classes: Classes, now: Date) {
  // Who has demanded nothing has no row to lock, but one as a user.
  await trx.selectFrom('users').select('id').where('id', '=', userId).forNoKeyUpdate().execute();
  const held = await trx
    .deleteFrom('approval_policies')
    .where('user_id', '=', userId)
    .returning('classes')
    .executeTakeFirst();
  // A user without demands costs nothing.
  if (classes.length > 0) {
    await trx
      .insertInto('approval_policies')
      .values({ user_id: userId, classes: [...classes], updated_at: now })
      .execute();
  }
  return known(held?.classes ?? []);
}

const known = (names: readonly string[]): ReadonlySet<ApprovalClass> =>
  new Set(approvalClasses.filter((name) => names.includes(name)));
