import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** How long the steps of a build took, and which server did it, to be found quickly. */
export const buildSteps: Migration = {
  name: '0006-build-steps',
  async up(trx) {
    await sql.raw(schema).execute(trx);
  },
};

const schema = /* sql */ `
-- A list of {step, started_at, ended_at}, in their order.
alter table provisioner_jobs add column steps jsonb not null default '[]';
create index provisioner_jobs_worker on provisioner_jobs (worker_id, started_at desc);
create index provisioner_jobs_listed on provisioner_jobs (organization_id, created_at desc, id);
`;
