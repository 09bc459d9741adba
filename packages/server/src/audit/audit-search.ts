import { auditActions, auditResources, buildReasons } from '@coder/api';
import { sql } from 'kysely';
import type { Actor } from '../authorization/index.ts';
import type { Db } from '../database/index.ts';
import { badSearch, parseSearch, searchChoice, searchTime } from '../http/index.ts';
import { isOfOrganizations } from './of-organization.ts';

/** The keys that are compared with a column as they are. */
const exact = {
  resource_id: 'resource_id',
  resource_target: 'resource_target',
  request_id: 'request_id',
} as const;
/** The keys whose values are known words. A word without a key is a type of resource. */
const choices = { resource_type: auditResources, action: auditActions } as const;
/** The keys that are compared with what only some entries have. */
const fields = { build_reason: 'build_reason', tool: 'tool', token: 'token' } as const;
const searchKeys = [
  ...Object.keys(choices),
  ...Object.keys(exact),
  'username',
  'email',
  'date_from',
  'date_to',
  'organization',
  ...Object.keys(fields),
  'application',
  'workspace',
];
const dayMs = 86_400_000;

/**
 * The entries that a search selects. Upstream's keys, and four of our own: `application` (its name or id), `token` (its name),
 * `tool`, and `workspace` (`name` or `owner/name`). Throws VALIDATION_FAILED for any other key and for values that are none.
 */
export async function searchAudit(db: Db, actor: Actor, q: string | undefined) {
  const { keys, words } = parseSearch(q, searchKeys);
  let query = db.selectFrom('audit_logs').selectAll('audit_logs');
  for (const [key, column] of Object.entries(exact)) {
    const value = keys.get(key);
    if (value !== undefined) query = query.where(sql.ref(`audit_logs.${column}`), '=', value);
  }
  for (const [key, known] of Object.entries(choices)) {
    const value = keys.get(key);
    if (value !== undefined)
      query = query.where(sql.ref(`audit_logs.${key}`), '=', searchChoice(key, value, known));
  }
  const reason = keys.get('build_reason');
  if (reason !== undefined) searchChoice('build_reason', reason, buildReasons);
  for (const [key, name] of Object.entries(fields)) {
    const value = keys.get(key);
    if (value !== undefined) query = query.where(sql`additional_fields->>${sql.lit(name)}`, '=', value);
  }
  for (const word of words) {
    query = query.where('resource_type', '=', searchChoice('resource_type', word, auditResources));
  }
  const username = keys.get('username');
  const email = keys.get('email');
  if (username) {
    const name = username === 'me' ? actor.user.username : username;
    query = query.where(sql`lower(audit_logs.username)`, '=', name.toLowerCase());
  }
  if (email) query = query.where(sql`lower(audit_logs.email)`, '=', email.toLowerCase());
  const application = keys.get('application');
  if (application) {
    query = query.where(
      sql<boolean>`(lower(additional_fields->>'application') = ${application.toLowerCase()} or additional_fields->>'application_id' = ${application})`,
    );
  }
  const workspace = keys.get('workspace');
  if (workspace) query = query.where(ofWorkspace(workspace));
  const from = keys.get('date_from');
  const to = keys.get('date_to');
  if (from) query = query.where('time', '>=', searchTime('date_from', from));
  if (to) query = query.where('time', '<', endOf(searchTime('date_to', to), to));
  const organization = keys.get('organization');
  if (organization !== undefined) {
    query = query.where(isOfOrganizations([await findOrganization(db, organization)]));
  }
  return query;
}

/** The types of resource whose name begins with that of a workspace. */
const withWorkspace = [
  'workspace',
  'workspace_build',
  'workspace_agent',
  'workspace_app',
  'mcp_tool',
  'approval',
];

/**
 * The entries about a workspace. Their targets are written in several ways: a tool call's as its caller wrote it (`web`,
 * `ada/web.main`, an id), an agent's as `ada/web.main`, an approval's as `ada: ada/web`. Without an owner in it, a name is that
 * of the workspaces of whoever acted.
 */
function ofWorkspace(wanted: string) {
  const [owner, name] = wanted.includes('/') ? wanted.split('/', 2) : [undefined, wanted];
  const bare = sql`lower(split_part(split_part(resource_target, ': ', -1), '.', 1))`;
  const short = (name ?? '').toLowerCase();
  const named =
    owner === undefined
      ? sql`split_part(${bare}, '/', -1) = ${short}`
      : sql`(${bare} = ${`${owner.toLowerCase()}/${short}`} or (${bare} = ${short} and lower(audit_logs.username) = ${owner.toLowerCase()}))`;
  return sql<boolean>`(resource_type = any(${withWorkspace}) and (${named} or resource_id = ${wanted} or resource_target = ${wanted}))`;
}

/** A day counts whole, a time does not. */
function endOf(time: Date, written: string): Date {
  return /t/i.test(written) ? time : new Date(time.getTime() + dayMs);
}

/** The id of an organization by its name, id or `default`; a deleted one still has its entries. */
async function findOrganization(db: Db, ref: string): Promise<string> {
  const found = await db
    .selectFrom('organizations')
    .where((eb) =>
      ref === 'default'
        ? eb('is_default', '=', true)
        : eb.or([eb(sql`lower(name)`, '=', ref.toLowerCase()), eb(sql`id::text`, '=', ref.toLowerCase())]),
    )
    .orderBy('deleted')
    .select('id')
    .executeTakeFirst();
  if (!found) throw badSearch(`organization: there is no organization "${ref}"`);
  return found.id;
}
