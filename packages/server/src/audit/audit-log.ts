import { ApiError, type AuditLog } from '@coder/api';
import { type Selectable, sql } from 'kysely';
import { type Actor, authorize } from '../authorization/index.ts';
import type { Db, Tables } from '../database/index.ts';
import { badSearch, parseSearch, searchTime } from '../http/index.ts';

type AuditQuery = {
  q?: string | undefined;
  limit?: number | undefined;
  offset?: number | undefined;
  after_id?: string | undefined;
};

export type AuditLogReader = {
  /** Newest first. Throws FORBIDDEN for who may not read the audit log. */
  list(actor: Actor, query: AuditQuery): Promise<{ audit_logs: AuditLog[]; count: number }>;
};

const searchKeys = [
  'resource_type',
  'resource_id',
  'resource_target',
  'action',
  'username',
  'email',
  'date_from',
  'date_to',
  'build_reason',
  'organization',
  'request_id',
];
const defaultLimit = 100;
const dayMs = 86_400_000;

/** The keys that are compared with a column as they are. */
const exact = {
  resource_type: 'resource_type',
  resource_id: 'resource_id',
  resource_target: 'resource_target',
  action: 'action',
  request_id: 'request_id',
} as const;

export function createAuditLogReader({ db }: { db: Db }): AuditLogReader {
  return {
    async list(actor, { q, limit = defaultLimit, offset = 0, after_id: afterId }) {
      authorize(actor, 'read', { type: 'audit_log' });
      const terms = parseSearch(q, searchKeys);
      let query = db.selectFrom('audit_logs').selectAll('audit_logs');
      for (const [key, column] of Object.entries(exact) as [keyof typeof exact, string][]) {
        const value = terms.keys.get(key);
        if (value !== undefined) query = query.where(sql.ref(`audit_logs.${column}`), '=', value);
      }
      for (const word of terms.words) query = query.where('resource_type', '=', word);
      const username = terms.keys.get('username');
      const email = terms.keys.get('email');
      const reason = terms.keys.get('build_reason');
      if (username) {
        const name = username === 'me' ? actor.user.username : username;
        query = query.where(sql`lower(audit_logs.username)`, '=', name.toLowerCase());
      }
      if (email) query = query.where(sql`lower(audit_logs.email)`, '=', email.toLowerCase());
      if (reason) query = query.where(sql`additional_fields->>'build_reason'`, '=', reason);
      const from = terms.keys.get('date_from');
      const to = terms.keys.get('date_to');
      if (from) query = query.where('time', '>=', searchTime('date_from', from));
      if (to) query = query.where('time', '<', endOf(searchTime('date_to', to), to));
      const organization = terms.keys.get('organization');
      if (organization !== undefined) await refuseUnknownOrganization(db, organization);

      const { count } = await query
        .clearSelect()
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      const after = afterId === undefined ? undefined : await findEntry(db, afterId);
      const rows = await query
        .$if(after !== undefined, (rest) =>
          rest.where(
            sql<boolean>`(time <= ${after?.time} and (time < ${after?.time} or audit_logs.id > ${after?.id}))`,
          ),
        )
        .select(isDeleted.as('is_deleted'))
        .orderBy('time', 'desc')
        .orderBy('id')
        .limit(limit)
        .offset(offset)
        .execute();
      return { audit_logs: rows.map(present), count };
    },
  };
}

async function findEntry(db: Db, id: string): Promise<{ id: string; time: Date }> {
  const entry = await db
    .selectFrom('audit_logs')
    .where('id', '=', id)
    .select(['id', 'time'])
    .executeTakeFirst();
  if (entry) return entry;
  throw new ApiError('VALIDATION_FAILED', {
    validations: [{ field: 'after_id', detail: 'names no entry of the audit log' }],
  });
}

/** A day counts whole, a time does not. */
function endOf(time: Date, written: string): Date {
  return /t/i.test(written) ? time : new Date(time.getTime() + dayMs);
}

/** Every row belongs to the one organization of the deployment, so a name of it selects everything. */
async function refuseUnknownOrganization(db: Db, ref: string): Promise<void> {
  const found = await db
    .selectFrom('organizations')
    .where((eb) =>
      eb.or([eb(sql`lower(name)`, '=', ref.toLowerCase()), eb(sql`id::text`, '=', ref.toLowerCase())]),
    )
    .select('id')
    .executeTakeFirst();
  if (!found && ref !== 'default') {
    throw badSearch(`organization: there is no organization "${ref}"`);
  }
}

const isDeleted = sql<boolean>`coalesce(case when audit_logs.resource_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then case audit_logs.resource_type
  when 'user' then (select deleted from users where users.id = audit_logs.resource_id::uuid)
  when 'workspace' then (select deleted from workspaces where workspaces.id = audit_logs.resource_id::uuid)
  when 'template' then (select deleted from templates where templates.id = audit_logs.resource_id::uuid)
end end, false)`;

const verbs: Record<string, string> = {
  create: 'created',
  write: 'changed',
  delete: 'deleted',
  start: 'started',
  stop: 'stopped',
  login: 'signed in with',
  logout: 'signed out of',
  register: 'registered',
  connect: 'connected to',
  open: 'opened',
  execute: 'worked in',
  read: 'read',
};

function present(row: Selectable<Tables['audit_logs']> & { is_deleted: boolean }): AuditLog {
  const succeeded = row.status_code !== null && row.status_code < 400;
  const verb = succeeded ? (verbs[row.action] ?? row.action) : `tried: ${row.action}`;
  const noun = row.resource_type.replaceAll('_', ' ');
  return {
    id: row.id,
    request_id: row.request_id,
    time: row.time.toISOString(),
    ip: row.ip,
    user_agent: row.user_agent,
    resource_type: row.resource_type,
    resource_id: row.resource_id,
    resource_target: row.resource_target,
    resource_icon: '',
    action: row.action,
    diff: row.diff as AuditLog['diff'],
    // 0 says that the outcome is not known: the request is still running, or the server died in it.
    status_code: row.status_code ?? 0,
    description: [row.username || 'somebody', verb, noun, row.resource_target].filter(Boolean).join(' '),
    resource_link: '',
    is_deleted: row.is_deleted,
    ...(row.user_id === null ? {} : { user: { id: row.user_id, username: row.username, email: row.email } }),
    additional_fields: {
      ...(row.additional_fields as Record<string, unknown>),
      route: row.description,
      ...(row.api_key_id === '' ? {} : { api_key_id: row.api_key_id }),
      ...(row.duration_ms === null ? {} : { duration_ms: row.duration_ms }),
    },
  };
}
