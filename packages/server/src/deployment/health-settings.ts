import { type HealthSection, healthSections } from '@coder/api';
import { type Db, inTransaction } from '../database/index.ts';

const key = 'health_dismissed';

/** Which parts of the health report the administrators know about. */
export function createHealthSettings({ db }: { db: Db }) {
  async function read(from: Db = db): Promise<HealthSection[]> {
    const row = await from
      .selectFrom('site_settings')
      .select('value')
      .where('key', '=', key)
      .executeTakeFirst();
    const kept = new Set(row ? (JSON.parse(row.value) as string[]) : []);
    // What a later version no longer has is nobody's concern.
    return healthSections.filter((section) => kept.has(section));
  }

  return {
    read: () => read(),
    /** Returns what was dismissed before, and what is now. */
    write: (dismissed: readonly HealthSection[]) =>
      inTransaction(db, async (trx) => {
        const before = await read(trx);
        const value = JSON.stringify(dismissed);
        await trx
          .insertInto('site_settings')
          .values({ key, value })
          .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
          .execute();
        return { before, after: await read(trx) };
      }),
  };
}

export type HealthSettings = ReturnType<typeof createHealthSettings>;
