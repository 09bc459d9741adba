import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** The authorization server: applications, what users have allowed them, and what is under way. */
export const oauth: Migration = {
  name: '0002-oauth',
  async up(trx) {
    await sql.raw(schema).execute(trx);
  },
};

const schema = /* sql */ `
create table oauth_apps (
  id uuid primary key,
  name text not null,
  icon text not null default '',
  -- preregistered: entered by an administrator; dcr: registered by itself.
  kind text not null check (kind in ('preregistered', 'dcr')),
  -- The scopes it may ask for; empty for any.
  scope text not null default '',
  -- What it said about itself, without its secret.
  metadata jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index oauth_apps_name on oauth_apps (lower(name)) where kind = 'preregistered';

create table oauth_app_secrets (
  id uuid primary key,
  app_id uuid not null references oauth_apps (id) on delete cascade,
  hashed_secret bytea not null unique,
  -- The last six characters, by which people tell secrets apart.
  truncated text not null,
  created_at timestamptz not null,
  last_used_at timestamptz
);
create index oauth_app_secrets_app on oauth_app_secrets (app_id);

-- What one user has allowed one application in one decision. Its tokens end with it.
create table oauth_grants (
  id text primary key,
  user_id uuid not null references users (id) on delete cascade,
  client_id text not null,
  app_id uuid references oauth_apps (id) on delete cascade,
  -- The secret that its tokens were got with, if the application has one.
  secret_id uuid references oauth_app_secrets (id) on delete cascade,
  -- The application as it was shown when the user decided.
  application jsonb not null default '{}',
  payload jsonb not null,
  scopes text[] not null default '{}',
  allow_list text[] not null default '{}',
  resource text not null default '',
  ip text not null default '',
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index oauth_grants_user on oauth_grants (user_id);
create index oauth_grants_app on oauth_grants (app_id);
create index oauth_grants_secret on oauth_grants (secret_id);
create index oauth_grants_expiry on oauth_grants (expires_at);

-- Codes, refresh tokens and requests under way, by the hash of what names them.
create table oauth_artifacts (
  kind text not null,
  id_hash bytea not null,
  grant_id text references oauth_grants (id) on delete cascade,
  -- The hash of a device's user code.
  lookup_hash bytea,
  payload jsonb not null,
  consumed_at timestamptz,
  expires_at timestamptz not null,
  primary key (kind, id_hash)
);
create index oauth_artifacts_grant on oauth_artifacts (grant_id);
create index oauth_artifacts_expiry on oauth_artifacts (expires_at);
create unique index oauth_artifacts_lookup on oauth_artifacts (kind, lookup_hash) where lookup_hash is not null;

-- Metadata documents of applications that are known by an address, kept for when their host does not answer.
create table oauth_client_documents (
  url text primary key,
  body text not null,
  fetched_at timestamptz not null
);

alter table api_keys
  add column oauth_grant_id text references oauth_grants (id) on delete cascade,
  -- Which resource a token of an application is for; empty for all other keys.
  add column audience text not null default '';
create index api_keys_grant on api_keys (oauth_grant_id) where oauth_grant_id is not null;
`;
