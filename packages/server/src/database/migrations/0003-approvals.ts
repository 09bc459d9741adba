import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** What people demand to approve, and what waits for their approval. */
export const approvals: Migration = {
  name: '0003-approvals',
  async up(trx) {
    await sql.raw(schema).execute(trx);
  },
};

const schema = /* sql */ `
-- What a user demands beyond what the deployment does (its own part is the setting approval_policy).
create table approval_policies (
  user_id uuid primary key references users (id) on delete cascade,
  classes text[] not null,
  updated_at timestamptz not null
);

create table approvals (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  -- Who alone can use it: one connection of an application, or one key.
  holder text not null,
  -- SHA-256 of the route, the object and the arguments: a call with any other is another request.
  digest bytea not null,
  class text not null,
  route text not null,
  via text not null,
  tool text,
  application jsonb,
  token_name text,
  target_type text not null,
  target_id uuid not null,
  target_name text not null,
  facts jsonb not null default '[]',
  -- JSON, as text: an argument may hold what jsonb cannot. Too long, it is null and its ends are in the excerpt.
  arguments text,
  arguments_excerpt jsonb,
  arguments_sha256 text not null,
  ip text not null default '',
  user_agent text not null default '',
  created_at timestamptz not null,
  -- Until when it can be decided; once it is decided, until when that holds.
  expires_at timestamptz not null,
  decision text check (decision in ('approved', 'denied')),
  decided_at timestamptz,
  decided_by text,
  reason text not null default '',
  used_at timestamptz,
  check ((decision is null) = (decided_at is null)),
  check (used_at is null or decision = 'approved')
);
create index approvals_live on approvals (user_id, digest) where used_at is null;
create index approvals_user on approvals (user_id, created_at desc);
create index approvals_expiry on approvals (expires_at);
`;
