import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** Several organizations, groups, quotas, and workspaces that are shared. */
export const organizations: Migration = {
  name: '0004-organizations',
  async up(trx) {
    await sql.raw(schema).execute(trx);
  },
};

const schema = /* sql */ `
-- What was built in an organization refers to it for ever, so a deleted one stays as a row.
alter table organizations add column deleted boolean not null default false;
drop index organizations_name;
create unique index organizations_name on organizations (lower(name)) where not deleted;

-- How much a member may have beside what its groups say: by resource, absent for no word on it.
alter table organization_members add column resource_limits jsonb not null default '{}';

create table groups (
  -- That of the organization for the group of all its members, which has no rows of its own in group_members.
  id uuid primary key,
  organization_id uuid not null references organizations (id) on delete cascade,
  name text not null,
  display_name text not null default '',
  avatar_url text not null default '',
  quota_allowance integer not null default 0,
  -- How much each member may have, and all together: by resource, absent for no limit.
  member_limits jsonb not null default '{}',
  total_limits jsonb not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (id, organization_id)
);
create unique index groups_name on groups (organization_id, lower(name));

-- Whoever leaves the organization leaves its groups.
create table group_members (
  group_id uuid not null,
  organization_id uuid not null,
  user_id uuid not null,
  created_at timestamptz not null,
  primary key (group_id, user_id),
  foreign key (group_id, organization_id) references groups (id, organization_id) on delete cascade,
  foreign key (organization_id, user_id) references organization_members (organization_id, user_id) on delete cascade
);
create index group_members_user on group_members (user_id, organization_id);

-- Every organization has its group of all members from its first moment.
create function add_everyone() returns trigger language plpgsql as $$
begin
  insert into groups (id, organization_id, name, created_at, updated_at)
  values (new.id, new.id, 'Everyone', new.created_at, new.created_at);
  return new;
end $$;
create trigger organizations_everyone after insert on organizations for each row execute function add_everyone();
insert into groups (id, organization_id, name, created_at, updated_at)
  select id, id, 'Everyone', created_at, created_at from organizations;

create view group_membership as
  select group_id, user_id from group_members
  union all
  select organization_id, user_id from organization_members;

-- A workspace is shared within its organization: whoever leaves it loses what was shared with them.
create table workspace_shares (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  organization_id uuid not null,
  user_id uuid,
  group_id uuid,
  role text not null check (role in ('use', 'admin')),
  created_at timestamptz not null,
  check (num_nonnulls(user_id, group_id) = 1),
  foreign key (organization_id, user_id) references organization_members (organization_id, user_id) on delete cascade,
  foreign key (group_id, organization_id) references groups (id, organization_id) on delete cascade
);
create unique index workspace_shares_user on workspace_shares (workspace_id, user_id) where user_id is not null;
create unique index workspace_shares_group on workspace_shares (workspace_id, group_id) where group_id is not null;
create index workspace_shares_of_user on workspace_shares (user_id, organization_id);
create index workspace_shares_of_group on workspace_shares (group_id, organization_id);

-- What a start asks for, which quotas count; null where its template sets no limit.
alter table workspace_builds
  add column cpu_cores double precision,
  add column memory_bytes bigint,
  add column disk_bytes bigint;
update workspace_builds b set cpu_cores = a.cpu_limit, memory_bytes = a.memory_limit, disk_bytes = a.disk_limit
  from workspace_agents a where a.build_id = b.id and b.transition = 'start';
create index workspaces_organization on workspaces (organization_id, owner_id) where not deleted;
`;
