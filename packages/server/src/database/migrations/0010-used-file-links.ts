import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** Which links to write a file have been used: each is good once, with any server of the deployment. */
export const usedFileLinks: Migration = {
  name: '0010-used-file-links',
  async up(trx) {
    await sql.raw(schema).execute(trx);
  },
};

const schema = /* sql */ `
create table used_file_links (
  -- SHA-256 of what the link says; the link itself would be a secret.
  link_hash bytea primary key,
  -- When it is over, the link is good for nothing anyway, and the row goes.
  expires_at timestamptz not null
);
create index used_file_links_expires_at on used_file_links (expires_at);
`;
