import type { UserActivity } from '@coder/api';
import { sql } from 'kysely';
import type { Db } from '../database/index.ts';
import type { Range } from './range.ts';

type Row = { template_ids: string[]; user_id: string; username: string; avatar_url: string; minutes: number };

/** For how long each user had workspaces of these templates in use. Two at the same time count as two. */
export async function userActivity(
  db: Db,
  templateIds: readonly string[],
  { start, end, startText, endText }: Range,
): Promise<UserActivity> {
  const { rows } = await sql<Row>`
    select array_agg(distinct s.template_id::text) as template_ids, u.id as user_id, u.username, u.avatar_url,
      sum(s.minutes) as minutes
    from workspace_usage s join users u on u.id = s.user_id
    where s.template_id = any(${[...templateIds]}::uuid[]) and s.began_at >= ${start} and s.began_at < ${end}
    group by u.id order by lower(u.username) limit 10000`.execute(db);
  return {
    report: {
      start_time: startText,
      end_time: endText,
      template_ids: [...new Set(rows.flatMap((row) => row.template_ids))].toSorted(),
      users: rows.map(({ minutes, ...user }) => ({ ...user, seconds: Number(minutes) * 60 })),
    },
  };
}
