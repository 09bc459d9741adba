import type { Daus } from '@coder/api';
import { sql } from 'kysely';
import type { Db } from '../database/index.ts';

const days = 60;
const dayMs = 24 * 60 * 60_000;
const hourMs = 60 * 60_000;

/** How many users had a workspace in use on each of the last 60 days, today included; of one template, or of all. */
export async function dailyActiveUsers(
  db: Db,
  now: Date,
  tzOffset: number,
  templateId?: string,
): Promise<Daus> {
  const shift = tzOffset * hourMs;
  const today = Math.floor((now.getTime() + shift) / dayMs) * dayMs;
  const first = today - (days - 1) * dayMs;
  const { rows } = await sql<{ day: string; amount: number }>`
    select to_char((began_at at time zone 'utc') + ${tzOffset} * interval '1 hour', 'YYYY-MM-DD') as day,
      count(distinct user_id) as amount
    from workspace_usage
    where began_at >= ${new Date(first - shift)} and began_at < ${new Date(today + dayMs - shift)}
      and ${templateId === undefined ? sql`true` : sql`template_id = ${templateId}`}
    group by day`.execute(db);
  const amounts = new Map(rows.map(({ day, amount }) => [day, amount]));
  const entries = Array.from({ length: days }, (_, index) => {
    const date = new Date(first + index * dayMs).toISOString().slice(0, 10);
    return { date, amount: amounts.get(date) ?? 0 };
  });
  return { entries, tz_hour_offset: tzOffset };
}
