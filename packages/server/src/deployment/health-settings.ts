import { type HealthSection, healthSections } from '@coder/api';
import { type Db, inTransaction } from '../database/index.ts';

const key = 'health_dismissed';

/** Which parts of the health report the administrators know about. */
export function createHealthSettings({ db }: { db: Db }) {
  return {
    async read(): Promise<HealthSection[]> {
      const row = await db
        .selectFrom('site_settings')
        .select('value')
        .where('key', '=', key)
        .executeTakeFirst();
      return row ? known(row.value) : [];
    },
    /** Returns what was dismissed before, and what is now. */
    write: (dismissed: readonly HealthSection[]) =>
      inTransaction(db, async (trx) => {
        // With a row there is something to lock, so that of two changes each knows what it has replaced.
        await trx
          .insertInto('site_settings')
          .values({ key, value: '[]' })
          .onConflict((conflict) => conflict.column('key').doNothing())
          .execute();
        const held = await trx
          .selectFrom('site_settings')
          .select('value')
          .where('key', '=', key)
          .forUpdate()
          .executeTakeFirstOrThrow();
        const value = JSON.stringify(dismissed);
        await trx.updateTable('site_settings').set({ value }).where('key', '=', key).execute();
        return { before: known(held.value), after: known(value) };
      }),
  };
}

/** What a later version no longer has is nobody's concern. */
function known(value: string): HealthSection[] {
  const kept = new Set(JSON.parse(value) as string[]);
  return healthSections.filter((section) => kept.has(section));
}

export type HealthSettings = ReturnType<typeof createHealthSettings>;
