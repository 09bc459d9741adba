import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** What users have set for themselves. */
export const userSettings: Migration = {
  name: '0005-user-settings',
  async up(trx) {
    await sql.raw(schema).execute(trx);
  },
};

const schema = /* sql */ `
create table user_settings (
  user_id uuid not null references users (id) on delete cascade,
  key text not null,
  value jsonb not null,
  updated_at timestamptz not null,
  primary key (user_id, key)
);
`;
