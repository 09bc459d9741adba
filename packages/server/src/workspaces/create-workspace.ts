import { randomUUID } from 'node:crypto';
import { ApiError, type createWorkspaceSchema, type Validation } from '@coder/api';
import { sql } from 'kysely';
import type * as z from 'zod';
import { type Actor, authorize, authorizeNew, mayKnowOf } from '../authorization/index.ts';
import { type Db, inTransaction, isUniqueViolation } from '../database/index.ts';
import { claimKey, claimOf, findEarlier, Overtaken } from '../idempotency/index.ts';
import { loadBuildableVersion } from '../templates/index.ts';
import { admitCreated } from './admit-created.ts';
import { sizeOf } from './builds/build-size.ts';
import { resolveValues } from './builds/create-build.ts';
import { insertBuild } from './builds/insert-build.ts';
import type { WorkspacesDeps } from './deps.ts';
import { refuseDeletedParents, requireMembership } from './hold-parents.ts';
import { findOwner } from './owners.ts';
import { nextStart, parseAutostart, ScheduleError } from './schedule/autostart.ts';

export type CreateRequest = z.output<typeof createWorkspaceSchema> & {
  /** Whose workspace it is to be: `me`, an id or a username. */
  readonly user: string;
  /** The organization an older route names: the template must be of it. */
  readonly organization?: string;
};
type Fields = Omit<CreateRequest, 'user' | 'organization'>;

/**
 * Creates a workspace and queues its first build. With an idempotency key the same request again gives the same workspace,
 * however many arrive at once. Everything that is wrong with a request is said before anything is written.
 *
 * @returns the id of the workspace
 */
export async function createWorkspace(
  deps: WorkspacesDeps,
  actor: Actor,
  { user, organization, ...request }: CreateRequest,
  idempotencyKey?: string,
): Promise<string> {
  authorizeNew(actor, 'workspace');
  const owner = await findOwner(deps.db, actor, user);
  const claim =
    idempotencyKey === undefined
      ? undefined
      : claimOf(actor, idempotencyKey, 'workspaces.create', { owner: owner.id, ...request });
  const earlier = claim && (await findEarlier(deps.db, claim));
  if (earlier !== undefined) return stillTheirs(deps.db, actor, earlier);

  const template = await findTemplate(deps, actor, request, organization);
  authorize(actor, 'create', {
    type: 'workspace',
    ownerId: owner.id,
    organizationId: template.organization_id,
  });
  authorize(actor, 'use', { type: 'template', id: template.id, organizationId: template.organization_id });
  if (owner.status === 'suspended') {
    throw new ApiError('BAD_REQUEST', {
      message: `The user "${owner.username}" is suspended and cannot have workspaces.`,
      detail: 'Ask an administrator of users to activate them, or create the workspace for another user.',
    });
  }
  const version = await loadBuildableVersion(
    deps.db,
    request.template_version_id ?? template.active_version_id,
  );
  const problems = scheduleProblems(request, template);
  if (version.archived) {
    problems.push({ field: 'template_version_id', detail: 'is archived: choose another version' });
  }
  if (template.require_active_version && version.id !== template.active_version_id) {
    problems.push({
      field: 'template_version_id',
      detail: 'must be the active version: the template requires it',
    });
  }
  if (problems.length > 0) throw new ApiError('VALIDATION_FAILED', { validations: problems });
  const { values, presetId } = resolveValues(undefined, { ...request, transition: 'start' }, version);

  const size = sizeOf(version, values, { workspace: request.name, owner: owner.username });

  const id = randomUUID();
  const now = deps.clock.now();
  const schedule = request.autostart_schedule || null;
  const defaultTtl = template.default_ttl_ms > 0 ? template.default_ttl_ms : null;
  try {
    await inTransaction(deps.db, async (trx) => {
      if (claim && !(await claimKey(trx, claim, id, now))) throw new Overtaken();
      await trx
        .insertInto('workspaces')
        .values({
          id,
          owner_id: owner.id,
          organization_id: template.organization_id,
          template_id: template.id,
          name: request.name,
          autostart_schedule: schedule,
          next_start_at: nextStart(schedule, template.allow_user_autostart, now),
          ttl_ms: request.ttl_ms ?? defaultTtl,
          automatic_updates: request.automatic_updates ?? 'never',
          last_used_at: now,
          created_at: now,
          updated_at: now,
        })
        .execute();
      await refuseDeletedParents(trx, { ownerId: owner.id, templateId: template.id });
      await requireMembership(trx, owner, template.organization_id);
      await insertBuild(trx, deps, {
        workspaceId: id,
        organizationId: template.organization_id,
        ownerId: owner.id,
        ownerName: owner.username,
        number: 1,
        versionId: version.id,
        fileId: version.fileId,
        transition: 'start',
        reason: 'initiator',
        initiatorId: actor.user.id,
        values,
        presetId,
        orphan: false,
        size,
        state: {},
      });
      await admitCreated(trx, deps.allowLists, actor, id);
    });
  } catch (error) {
    if (error instanceof Overtaken && claim) {
      const other = await findEarlier(deps.db, claim);
      if (other !== undefined) return stillTheirs(deps.db, actor, other);
    }
    if (isUniqueViolation(error, 'workspaces_name')) throw nameTaken(request.name, owner.username);
    throw error;
  }
  return id;
}

/** The workspace that an earlier request made, if its caller may still make it. */
async function stillTheirs(db: Db, actor: Actor, id: string): Promise<string> {
  const row = await db
    .selectFrom('workspaces')
    .where('id', '=', id)
    .select(['owner_id', 'organization_id'])
    .executeTakeFirst();
  authorize(actor, 'create', {
    type: 'workspace',
    id,
    ownerId: row?.owner_id,
    organizationId: row?.organization_id,
  });
  return id;
}

export function nameTaken(name: string, ownerName: string): ApiError {
  return new ApiError('CONFLICT', {
    message: `Workspace "${name}" already exists.`,
    validations: [{ field: 'name', detail: `is taken: ${ownerName} already has a workspace of this name` }],
  });
}

async function findTemplate(
  { db }: { db: Db },
  actor: Actor,
  request: Fields,
  organization: string | undefined,
) {
  const { template_id: templateId, template_version_id: versionId } = request;
  if ((templateId === undefined) === (versionId === undefined)) {
    const detail = 'exactly one of template_id and template_version_id must be given';
    throw new ApiError('VALIDATION_FAILED', {
      validations: [
        { field: 'template_id', detail },
        { field: 'template_version_id', detail },
      ],
    });
  }
  let query = db.selectFrom('templates').selectAll('templates').where('templates.deleted', '=', false);
  if (templateId !== undefined) query = query.where('templates.id', '=', templateId);
  else {
    query = query
      .innerJoin('template_versions', 'template_versions.template_id', 'templates.id')
      .where('template_versions.id', '=', versionId ?? '');
  }
  if (organization !== undefined) {
    const name = organization.toLowerCase();
    query = query
      .innerJoin('organizations', 'organizations.id', 'templates.organization_id')
      .where(sql<boolean>`(lower(organizations.name) = ${name} or organizations.id::text = ${name}
        or (organizations.is_default and ${name} = 'default'))`);
  }
  const template = await query.executeTakeFirst();
  const isKnown =
    template &&
    mayKnowOf(actor, { type: 'template', id: template.id, organizationId: template.organization_id });
  if (!isKnown) {
    const field = templateId === undefined ? 'template_version_id' : 'template_id';
    throw new ApiError('VALIDATION_FAILED', {
      validations: [{ field, detail: 'names no template that you can use' }],
    });
  }
  if (template.deprecation_message !== '') {
    throw new ApiError('BAD_REQUEST', {
      message: `The template "${template.name}" is deprecated: ${template.deprecation_message}`,
    });
  }
  return template;
}

/** What is wrong with a schedule of a request, for a template with these settings. */
export function scheduleProblems(
  request: { autostart_schedule?: string | null | undefined; ttl_ms?: number | null | undefined },
  template: { allow_user_autostart: boolean; allow_user_autostop: boolean; default_ttl_ms: number },
): Validation[] {
  const problems: Validation[] = [];
  if (request.autostart_schedule) {
    if (!template.allow_user_autostart) {
      problems.push({
        field: 'autostart_schedule',
        detail: 'cannot be set: the template does not allow autostart',
      });
    }
    try {
      parseAutostart(request.autostart_schedule);
    } catch (error) {
      if (!(error instanceof ScheduleError)) throw error;
      problems.push({ field: 'autostart_schedule', detail: error.message });
    }
  }
  const ttl = request.ttl_ms;
  if (ttl !== undefined && ttl !== null && ttl !== template.default_ttl_ms && !template.allow_user_autostop) {
    problems.push({
      field: 'ttl_ms',
      detail: 'cannot be set: the template decides when its workspaces stop',
    });
  }
  return problems;
}
