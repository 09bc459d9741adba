import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** What is counted over days: when workspaces were in use, and which status users had. */
export const insights: Migration = {
  name: '0007-insights',
  async up(trx) {
    await sql.raw(schema).execute(trx);
  },
};

const schema = /* sql */ `
-- In how many minutes of a half hour something went on in a workspace. Half hours, because days begin at one in some places.
create table workspace_usage (
  workspace_id uuid not null references workspaces (id) on delete cascade,
  began_at timestamptz not null,
  template_id uuid not null references templates (id),
  user_id uuid not null references users (id),
  minutes integer not null,
  last_minute timestamptz not null,
  primary key (workspace_id, began_at)
);
create index workspace_usage_time on workspace_usage (began_at);
create index workspace_usage_template on workspace_usage (template_id, began_at);

create table user_status_changes (
  id bigint primary key generated always as identity,
  user_id uuid not null references users (id) on delete cascade,
  -- A status, or 'deleted'.
  status text not null,
  changed_at timestamptz not null
);
create index user_status_changes_user on user_status_changes (user_id, changed_at, id);

-- Of those who are there already it is not known when they came to be what they are.
insert into user_status_changes (user_id, status, changed_at)
select id, case when deleted then 'deleted' else status end, created_at from users order by created_at;

-- What was opened is told from the audit log, of which it is a small part.
create index audit_logs_opened on audit_logs (time) where action in ('open', 'connect');

create function note_user_status() returns trigger language plpgsql as $$
begin
  insert into user_status_changes (user_id, status, changed_at)
  values (new.id, case when new.deleted then 'deleted' else new.status end, new.updated_at);
  return null;
end $$;
create trigger users_status_noted after insert on users for each row execute function note_user_status();
create trigger users_status_changed after update of status, deleted on users for each row
  when (old.status is distinct from new.status or old.deleted is distinct from new.deleted)
  execute function note_user_status();
`;
