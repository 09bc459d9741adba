import type { UserAppearance, UserPreferences } from '@coder/api';
import { userAppearanceSchema, userPreferencesSchema } from '@coder/api';
import { type Actor, authorize } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import { type Db, inTransaction } from '../database/index.ts';

type Settings = { appearance: UserAppearance; preferences: UserPreferences };

/** What holds as long as a user has not said otherwise. */
const defaults: Settings = {
  appearance: { theme_preference: '', terminal_font: '' },
  preferences: { task_notification_alert_dismissed: false },
};
const schemas = { appearance: userAppearanceSchema, preferences: userPreferencesSchema };

export type UserSettings = {
  read<K extends keyof Settings>(actor: Actor, userId: string, key: K): Promise<Settings[K]>;
  /** Returns what was set before. */
  write<K extends keyof Settings>(
    actor: Actor,
    userId: string,
    key: K,
    value: Settings[K],
  ): Promise<Settings[K]>;
};

/** What users have set for themselves, by a name for each group of settings. */
export function createUserSettings({ db, clock }: { db: Db; clock: Clock }): UserSettings {
  async function load<K extends keyof Settings>(from: Db, userId: string, key: K): Promise<Settings[K]> {
    const row = await from
      .selectFrom('user_settings')
      .select('value')
      .where('user_id', '=', userId)
      .where('key', '=', key)
      .executeTakeFirst();
    // What an earlier version has kept may no longer be a choice.
    const kept = schemas[key].safeParse(row?.value);
    return (kept.data ?? defaults[key]) as Settings[K];
  }

  return {
    read(actor, userId, key) {
      authorize(actor, 'read_personal', { type: 'user', id: userId });
      return load(db, userId, key);
    },
    async write(actor, userId, key, value) {
      authorize(actor, 'update_personal', { type: 'user', id: userId });
      return inTransaction(db, async (trx) => {
        // What has never been set has no row to lock; the user has one.
        await trx.selectFrom('users').select('id').where('id', '=', userId).forNoKeyUpdate().execute();
        const before = await load(trx, userId, key);
        const set = { value: JSON.stringify(value), updated_at: clock.now() };
        await trx
          .insertInto('user_settings')
          .values({ user_id: userId, key, ...set })
          .onConflict((conflict) => conflict.columns(['user_id', 'key']).doUpdateSet(set))
          .execute();
        return before;
      });
    },
  };
}
