import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** A person sees all that an approval is bound to: what is too long to be shown is refused, so nothing keeps a part of it. */
export const wholeArguments: Migration = {
  name: '0008-whole-arguments',
  async up(trx) {
    await sql.raw(schema).execute(trx);
  },
};

const schema = /* sql */ `
-- What cannot be shown can no longer be approved; the program that repeats its call asks anew, or reads why it cannot.
delete from approvals where arguments is null;
alter table approvals alter column arguments set not null, drop column arguments_excerpt;
`;
