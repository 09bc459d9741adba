import { ApiError, type UserStatusCounts } from '@coder/api';
import { sql } from 'kysely';
import type { Db } from '../database/index.ts';

type Status = keyof UserStatusCounts['status_counts'];
type Row = { day: Date; status: Status; count: number };

const days = 60;
const statuses: readonly Status[] = ['active', 'dormant', 'suspended'];

/** A name of a time zone that both this program and the database know, or one of so many hours east of UTC. */
export function timeZoneOf(name: string | undefined, tzOffset: number): string {
  // PostgreSQL counts hours west in such a name.
  if (name === undefined || name === '') return `Etc/GMT${tzOffset <= 0 ? '+' : '-'}${Math.abs(tzOffset)}`;
  try {
    // A number of hours has another sign in the database than in people's heads.
    if (!/^[a-z]/i.test(name)) throw new RangeError(name);
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    throw new ApiError('VALIDATION_FAILED', {
      validations: [{ field: 'timezone', detail: 'must be the name of a time zone, such as Europe/Paris' }],
    });
  }
}

/** How many users had which status at the end of each of the last 60 days; of today, now. */
export async function userStatusCounts(db: Db, now: Date, zone: string): Promise<UserStatusCounts> {
  const { rows } = await sql<Row>`
    with periods as (
      select status, changed_at as since,
        lead(changed_at) over (partition by user_id order by changed_at, id) as until
      from user_status_changes
    ), days as (
      select (date_trunc('day', ${now}::timestamptz at time zone ${zone}) - n * interval '1 day') at time zone ${zone} as day
      from generate_series(0, ${days - 1}) n
    ), ends as (
      select day, least(((day at time zone ${zone}) + interval '1 day') at time zone ${zone}, ${now}::timestamptz) as at
      from days
    )
    select day, p.status, count(*) as count
    from ends join periods p on p.since <= ends.at and (p.until is null or p.until > ends.at)
    where p.status <> 'deleted'
    group by day, p.status`.execute(db);
  const found = new Map(rows.map(({ day, status, count }) => [`${status} ${day.getTime()}`, count]));
  const { rows: all } = await sql<{ day: Date }>`
    select (date_trunc('day', ${now}::timestamptz at time zone ${zone}) - n * interval '1 day') at time zone ${zone} as day
    from generate_series(0, ${days - 1}) n order by day`.execute(db);
  const of = (status: Status) =>
    all.map(({ day }) => ({
      date: day.toISOString(),
      count: found.get(`${status} ${day.getTime()}`) ?? 0,
    }));
  return {
    status_counts: Object.fromEntries(
      statuses.map((status) => [status, of(status)]),
    ) as UserStatusCounts['status_counts'],
  };
}
