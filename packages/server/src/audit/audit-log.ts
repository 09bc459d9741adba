import { ApiError, type AuditLog, isUuid } from '@coder/api';
import { type Selectable, sql } from 'kysely';
import { type Actor, ALLOW_ALL, authorize, can, visible } from '../authorization/index.ts';
import type { Db, Tables } from '../database/index.ts';
import { searchAudit } from './audit-search.ts';
import { isOfOrganizations } from './of-organization.ts';

type AuditQuery = {
  q?: string | undefined;
  limit?: number | undefined;
  offset?: number | undefined;
  after_id?: string | undefined;
};
type AuditPage = { audit_logs: AuditLog[]; count: number };

export type AuditLogReader = {
  /**
   * Newest first: all of it, or what is about the organizations whose audit log the actor may read. Throws FORBIDDEN for who
   * may read none.
   */
  list(actor: Actor, query: AuditQuery): Promise<AuditPage>;
  /**
   * What was done in the name of a user, by an id, a name or `me`. Everybody reads their own; who reads the audit log reads
   * anybody's. Throws NOT_FOUND for all others, whether or not they exist, and INSUFFICIENT_SCOPE for a token with an allow list.
   */
  activity(actor: Actor, user: string, query: AuditQuery): Promise<AuditPage>;
};

const defaultLimit = 100;

/** Reads the audit log for those who may. Nothing here writes it. */
export function createAuditLogReader({ db }: { db: Db }): AuditLogReader {
  async function read(
    actor: Actor,
    query: AuditQuery,
    { userId, organizationIds }: { userId?: string; organizationIds?: readonly string[] },
  ): Promise<AuditPage> {
    const { q, limit = defaultLimit, offset = 0, after_id: afterId } = query;
    const found = (await searchAudit(db, actor, q))
      .$if(userId !== undefined, (rows) => rows.where('audit_logs.user_id', '=', userId as string))
      .$if(organizationIds !== undefined, (rows) => rows.where(isOfOrganizations(organizationIds ?? [])));
    const { count } = await found
      .clearSelect()
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    const after = afterId === undefined ? undefined : await findEntry(db, afterId);
    const rows = await found
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
  }

  async function findUser(actor: Actor, ref: string): Promise<string> {
    // Entries name everything that was touched, also what a narrow token must not know of.
    if (!actor.key.allowList.includes(ALLOW_ALL)) {
      throw new ApiError('INSUFFICIENT_SCOPE', {
        message: "This token's allow list does not let it read what other tokens have done.",
        detail: 'Use a token without an allow list.',
      });
    }
    if (ref === 'me' || ref === actor.user.id || ref.toLowerCase() === actor.user.username.toLowerCase()) {
      authorize(actor, 'read_personal', { type: 'user', id: actor.user.id });
      return actor.user.id;
    }
    const row = can(actor, 'read', { type: 'audit_log' })
      ? await db
          .selectFrom('users')
          .where(isUuid(ref) ? 'id' : sql`lower(username)`, '=', ref.toLowerCase())
          .orderBy('deleted')
          .select('id')
          .executeTakeFirst()
      : undefined;
    if (row) return row.id;
    throw new ApiError('NOT_FOUND', {
      message: `User ${JSON.stringify(ref)} does not exist, or their activity is not yours to see.`,
    });
  }

  return {
    async list(actor, query) {
      const { all, organizationIds, ids } = visible(actor, 'audit_log');
      if (!all && ids === undefined && organizationIds.length > 0)
        return read(actor, query, { organizationIds });
      authorize(actor, 'read', { type: 'audit_log' });
      return read(actor, query, {});
    },
    activity: async (actor, user, query) => read(actor, query, { userId: await findUser(actor, user) }),
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

/** What people decide about, by the route of the decision. */
const decisions: Record<string, string> = {
  'POST /approvals/{approval}/approve': 'approved',
  'POST /approvals/{approval}/deny': 'denied',
};

/** What happened, as a sentence: `ada created workspace web`, `ada called coder_workspace_bash on web`. */
function describe({
  username,
  action,
  status_code: status,
  ...row
}: Selectable<Tables['audit_logs']>): string {
  const succeeded = status !== null && status < 400;
  const { tool } = row.additional_fields as { tool?: unknown };
  const decision = decisions[row.description];
  const words =
    row.resource_type === 'mcp_tool' && typeof tool === 'string'
      ? [succeeded ? 'called' : 'tried:', tool, row.resource_target && `on ${row.resource_target}`]
      : [
          succeeded ? (decision ?? verbs[action] ?? action) : `tried: ${action}`,
          succeeded && decision !== undefined ? 'for' : row.resource_type.replaceAll('_', ' '),
          row.resource_target,
        ];
  return [username || 'somebody', ...words].filter(Boolean).join(' ');
}

function present(row: Selectable<Tables['audit_logs']> & { is_deleted: boolean }): AuditLog {
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
    description: describe(row),
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
