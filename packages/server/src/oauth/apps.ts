import { randomUUID } from 'node:crypto';
import {
  ApiError,
  isPublicScope,
  type OAuth2App,
  type oauth2AppInputSchema,
  type Validation,
} from '@coder/api';
import type { Selectable } from 'kysely';
import type * as z from 'zod';
import { type Actor, authorize } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import { type Db, inTransaction, isUniqueViolation, type Tables } from '../database/index.ts';
import { containsPattern } from '../http/index.ts';
import { paths } from './addresses.ts';
import { normalizeClientMetadata, plainName } from './client-metadata.ts';
import { redirectProblem, safeWebAddress } from './redirects.ts';
import type { ClientStore } from './store/clients.ts';
import { endGrants } from './store/grants.ts';

export type AppInput = z.infer<typeof oauth2AppInputSchema>;
type Row = Selectable<Tables['oauth_apps']>;
type Secret = { id: string; last_used_at: string | null; client_secret_truncated: string };

export type Apps = {
  list(
    actor: Actor,
    query: {
      user_id?: string | undefined;
      q?: string | undefined;
      limit?: number | undefined;
      offset?: number | undefined;
    },
  ): Promise<{ apps: OAuth2App[]; count: number }>;
  get(actor: Actor, id: string): Promise<OAuth2App>;
  create(actor: Actor, input: AppInput): Promise<OAuth2App>;
  update(actor: Actor, id: string, input: AppInput): Promise<OAuth2App>;
  delete(actor: Actor, id: string): Promise<OAuth2App>;
  secrets(actor: Actor, id: string): Promise<Secret[]>;
  createSecret(actor: Actor, id: string): Promise<{ id: string; client_secret_full: string }>;
  deleteSecret(actor: Actor, id: string, secretId: string): Promise<void>;
};

/** The applications of the deployment, for administrators. */
export function createApps(deps: { db: Db; clock: Clock; clients: ClientStore; accessUrl: string }): Apps {
  const { db, clock, clients, accessUrl } = deps;

  async function find(actor: Actor, action: 'read' | 'update' | 'delete', id: string): Promise<Row> {
    const row = await db.selectFrom('oauth_apps').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) throw new ApiError('NOT_FOUND', { message: 'There is no application with this id.' });
    authorize(actor, action, { type: 'oauth2_app', id });
    return row;
  }

  const present = (row: Row): OAuth2App => {
    const metadata = row.metadata as { redirect_uris?: string[]; token_endpoint_auth_method?: string };
    const redirects = metadata.redirect_uris ?? [];
    return {
      id: row.id,
      name: plainName(row.name),
      callback_url: redirects[0] ?? '',
      redirect_uris: redirects,
      icon: safeWebAddress(row.icon),
      scope: row.scope,
      kind: row.kind as OAuth2App['kind'],
      token_endpoint_auth_method: metadata.token_endpoint_auth_method ?? 'client_secret_basic',
      created_at: row.created_at.toISOString(),
      updated_at: row.updated_at.toISOString(),
      endpoints: {
        authorization: `${accessUrl}${paths.authorize}`,
        token: `${accessUrl}${paths.token}`,
        token_revoke: `${accessUrl}${paths.revoke}`,
        device_authorization: `${accessUrl}${paths.deviceAuthorization}`,
      },
    };
  };

  return {
    async list(actor, { user_id: userId, q, limit = 100, offset = 0 }) {
      authorize(actor, 'read', { type: 'oauth2_app' });
      let query = db.selectFrom('oauth_apps');
      if (q) query = query.where('name', 'ilike', containsPattern(q));
      if (userId !== undefined) {
        query = query.where('id', 'in', (eb) =>
          eb
            .selectFrom('oauth_grants')
            .where('user_id', '=', userId)
            .where('app_id', 'is not', null)
            .select((e) => e.ref('app_id').$castTo<string>().as('id')),
        );
      }
      const rows = await query
        .selectAll()
        .orderBy('name')
        .orderBy('id')
        .limit(limit)
        .offset(offset)
        .execute();
      const { count } = await query
        .select((eb) => eb.fn.countAll<string>().as('count'))
        .executeTakeFirstOrThrow();
      return { apps: rows.map(present), count: Number(count) };
    },

    get: async (actor, id) => present(await find(actor, 'read', id)),

    async create(actor, input) {
      authorize(actor, 'create', { type: 'oauth2_app' });
      const values = checked(input);
      const now = clock.now();
      return present(
        await unique(() =>
          db
            .insertInto('oauth_apps')
            .values({
              id: randomUUID(),
              kind: 'preregistered',
              ...values,
              metadata: JSON.stringify(values.metadata),
              created_at: now,
              updated_at: now,
            })
            .returningAll()
            .executeTakeFirstOrThrow(),
        ),
      );
    },

    async update(actor, id, input) {
      const row = await find(actor, 'update', id);
      const values = checked(input);
      const before = row.metadata as object;
      // How it identifies itself is its own affair: a public application would otherwise need a secret that it has not.
      const { token_endpoint_auth_method, ...changed } = values.metadata;
      const metadata = { token_endpoint_auth_method, ...before, ...changed };
      return present(
        await unique(() =>
          db
            .updateTable('oauth_apps')
            .set({ ...values, metadata: JSON.stringify(metadata), updated_at: clock.now() })
            .where('id', '=', id)
            .returningAll()
            .executeTakeFirstOrThrow(),
        ),
      );
    },

    async delete(actor, id) {
      const row = await find(actor, 'delete', id);
      await clients.remove(id);
      return present(row);
    },

    async secrets(actor, id) {
      await find(actor, 'update', id);
      const rows = await db
        .selectFrom('oauth_app_secrets')
        .selectAll()
        .where('app_id', '=', id)
        .orderBy('created_at')
        .execute();
      return rows.map((row) => ({
        id: row.id,
        last_used_at: row.last_used_at?.toISOString() ?? null,
        client_secret_truncated: row.truncated,
      }));
    },

    async createSecret(actor, id) {
      const row = await find(actor, 'update', id);
      if (present(row).token_endpoint_auth_method === 'none') {
        throw new ApiError('BAD_REQUEST', { message: 'This application is public: it has no secret.' });
      }
      const made = await clients.addSecret(id);
      return { id: made.id, client_secret_full: made.secret };
    },

    async deleteSecret(actor, id, secretId) {
      await find(actor, 'update', id);
      await inTransaction(db, async (trx) => {
        const grants = await trx
          .selectFrom('oauth_grants')
          .where('secret_id', '=', secretId)
          .where('app_id', '=', id)
          .select('id')
          .execute();
        await endGrants(
          trx,
          grants.map((grant) => grant.id),
        );
        const { numDeletedRows } = await trx
          .deleteFrom('oauth_app_secrets')
          .where('id', '=', secretId)
          .where('app_id', '=', id)
          .executeTakeFirst();
        if (numDeletedRows === 0n) throw new ApiError('NOT_FOUND', { message: 'There is no such secret.' });
      });
    },
  };
}

/** An administrator's entry, whole or not at all. */
function checked({ name, callback_url: callback, redirect_uris: list, icon = '', scope = '' }: AppInput) {
  const problems: Validation[] = [];
  const redirects = [...new Set([...(callback === undefined ? [] : [callback]), ...(list ?? [])])];
  if (redirects.length === 0) problems.push({ field: 'redirect_uris', detail: 'must name at least one' });
  for (const uri of redirects) {
    const problem = redirectProblem(uri, 'administrator');
    const field = uri === callback ? 'callback_url' : `redirect_uris[${list?.indexOf(uri)}]`;
    if (problem !== undefined) problems.push({ field, detail: problem });
  }
  if (icon !== '' && safeWebAddress(icon) === '') {
    problems.push({ field: 'icon', detail: 'must be an http or https URL' });
  }
  const scopes = scope.split(/\s+/).filter(Boolean);
  for (const unknown of scopes.filter((one) => !isPublicScope(one)).slice(0, 5)) {
    problems.push({
      field: 'scope',
      detail: `unknown scope "${unknown}"; GET /api/v2/auth/scopes lists them all`,
    });
  }
  if (problems.length > 0) throw new ApiError('VALIDATION_FAILED', { validations: problems });
  return {
    name: plainName(name),
    icon,
    scope: scopes.join(' '),
    metadata: {
      ...normalizeClientMetadata({ redirect_uris: redirects }),
      token_endpoint_auth_method: 'client_secret_basic',
    },
  };
}

async function unique<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isUniqueViolation(error, 'oauth_apps_name')) throw error;
    throw new ApiError('CONFLICT', {
      message: 'An application with this name already exists.',
      validations: [{ field: 'name', detail: 'is already in use' }],
      cause: error,
    });
  }
}
