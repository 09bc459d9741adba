import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** Ports that others may open, as far as the template lets them be shared. */
export const portShares: Migration = {
  name: '0009-port-shares',
  async up(trx) {
    await sql.raw(schema).execute(trx);
  },
};

const schema = /* sql */ `
-- By the name of the agent, since each start makes new agents.
create table workspace_port_shares (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  agent_name text not null,
  port integer not null check (port between 1 and 65535),
  share_level text not null,
  created_at timestamptz not null,
  primary key (workspace_id, agent_name, port)
);
alter table templates add column max_port_share_level text not null default 'owner';
`;
