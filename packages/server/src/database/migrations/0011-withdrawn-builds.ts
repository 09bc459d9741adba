import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** Builds that were canceled before they began, which leave their workspace as it was. */
export const withdrawnBuilds: Migration = {
  name: '0011-withdrawn-builds',
  async up(trx) {
    await sql.raw(schema).execute(trx);
  },
};

const schema = /* sql */ `
-- What a workspace is, its latest build that was not withdrawn says. Its first build never is: there is none before it.
alter table workspace_builds add column withdrawn boolean not null default false;
`;
