import { ApiError, type createBuildSchema, type Validation } from '@coder/api';
import type * as z from 'zod';
import { type Actor, authorize, can } from '../../authorization/index.ts';
import { type Db, inTransaction } from '../../database/index.ts';
import { claimKey, claimOf, findEarlier, Overtaken } from '../../idempotency/index.ts';
import {
  type BuildableVersion,
  loadBuildableVersion,
  matchingPreset,
  parameterValidations,
  resolveParameters,
} from '../../templates/index.ts';
import type { WorkspacesDeps } from '../deps.ts';
import { isActive } from '../status.ts';
import { noSize, sizeOf } from './build-size.ts';
import { cancelJob } from './cancel.ts';
import { insertBuild } from './insert-build.ts';
import { type Latest, loadLatest } from './latest.ts';

export type BuildRequest = z.output<typeof createBuildSchema>;

/**
 * Starts, stops or deletes a workspace. A delete is always legal: it cancels what runs and follows it. Everything that is
 * wrong with a request is said at once. With an idempotency key the same request again gives the same build.
 *
 * @returns the id of the new build (of the delete under way when one is asked for twice)
 */
export async function createBuild(
  deps: WorkspacesDeps,
  actor: Actor,
  workspaceId: string,
  request: BuildRequest,
  idempotencyKey?: string,
): Promise<string> {
  const before = await loadLatest(deps.db, workspaceId);
  if (!before) throw new ApiError('NOT_FOUND');
  const resource = {
    type: 'workspace',
    id: before.id,
    ownerId: before.ownerId,
    organizationId: before.organizationId,
  } as const;
  authorize(actor, request.transition, resource);
  const { reason: _, ...what } = request;
  const claim =
    idempotencyKey === undefined
      ? undefined
      : claimOf(actor, idempotencyKey, 'workspaces.createBuild', { workspaceId, ...what });
  const earlier = claim && (await findEarlier(deps.db, claim));
  if (earlier !== undefined) return earlier;
  if (before.deleted) throw gone(before);
  const template = {
    type: 'template',
    id: before.templateId,
    organizationId: before.organizationId,
  } as const;

  const problems = misplacedFields(request);
  if (problems.length > 0) throw new ApiError('VALIDATION_FAILED', { validations: problems });
  if (request.orphan) authorize(actor, 'update', template);
  // Whoever may start somebody else's workspace starts it as it is; to change it takes more.
  if (before.ownerId !== actor.user.id && choosesAnew(request)) authorize(actor, 'update', resource);

  const version = await loadBuildableVersion(deps.db, versionOf(before, request));
  const { values, presetId } = resolveValues(before, request, version);
  assertVersionAllowed(before, request, version, can(actor, 'update', template));
  const names = { workspace: before.name, owner: before.ownerName };
  const size = request.transition === 'start' ? sizeOf(version, values, names) : noSize;

  const make = async (trx: Db) => {
    const latest = await loadLatest(trx, workspaceId, true);
    if (!latest || latest.deleted) throw gone(before);
    if (isActive(latest.jobStatus)) {
      if (request.transition !== 'delete') {
        throw new ApiError('CONFLICT', {
          message: 'A workspace build is already active.',
          detail: `The ${latest.transition} of "${latest.name}" is ${latest.jobStatus}. Wait for it, or cancel it.`,
        });
      }
      const sameAgain = latest.transition === 'delete' && latest.orphan === (request.orphan ?? false);
      if (sameAgain && latest.jobStatus !== 'canceling') return latest.buildId;
      await cancelJob(trx, deps, { id: latest.jobId, buildId: latest.buildId, workspaceId });
    }
    if (request.transition === 'start') {
      await trx
        .updateTable('workspaces')
        .set({ dormant_at: null, deleting_at: null, last_used_at: deps.clock.now() })
        .where('id', '=', workspaceId)
        .execute();
    }
    return insertBuild(trx, deps, {
      workspaceId,
      organizationId: latest.organizationId,
      ownerId: latest.ownerId,
      ownerName: latest.ownerName,
      number: latest.lastNumber + 1,
      versionId: version.id,
      fileId: version.fileId,
      transition: request.transition,
      reason: request.reason ?? 'initiator',
      initiatorId: actor.user.id,
      values,
      presetId,
      orphan: request.orphan ?? false,
      size,
      state: latest.state,
    });
  };
  try {
    return await inTransaction(deps.db, async (trx) => {
      // The workspace is locked first, as by every build of it, so that two requests with one key cannot wait for each other.
      if (claim) await loadLatest(trx, workspaceId, true);
      const faster = claim && (await findEarlier(trx, claim));
      if (faster !== undefined) return faster;
      const id = await make(trx);
      if (claim && !(await claimKey(trx, claim, id, deps.clock.now()))) throw new Overtaken();
      return id;
    });
  } catch (error) {
    // The key was used for another workspace in the same moment: what for, decides what is answered.
    const other = error instanceof Overtaken && claim ? await findEarlier(deps.db, claim) : undefined;
    if (other !== undefined) return other;
    throw error;
  }
}

/** The version a build is of: the one asked for, the active one where that is followed, else the one before. */
export function versionOf(
  latest: Pick<Latest, 'automaticUpdates' | 'requireActiveVersion' | 'activeVersionId' | 'versionId'>,
  request: Pick<BuildRequest, 'transition' | 'template_version_id'>,
): string {
  if (request.template_version_id !== undefined) return request.template_version_id;
  const follows = latest.automaticUpdates === 'always' || latest.requireActiveVersion;
  return request.transition === 'start' && follows ? latest.activeVersionId : latest.versionId;
}

function choosesAnew(request: BuildRequest): boolean {
  const { template_version_id: version, template_version_preset_id: preset } = request;
  return version !== undefined || preset !== undefined || (request.rich_parameter_values ?? []).length > 0;
}

function gone(workspace: { name: string }): ApiError {
  return new ApiError('GONE', { message: `The workspace "${workspace.name}" is deleted.` });
}

function misplacedFields(request: BuildRequest): Validation[] {
  const problems: Validation[] = [];
  if (request.transition !== 'start') {
    const detail = `is not accepted by a ${request.transition}: it takes the values of the build before`;
    if (request.template_version_preset_id !== undefined) {
      problems.push({ field: 'template_version_preset_id', detail });
    }
    if (request.rich_parameter_values !== undefined && request.rich_parameter_values.length > 0) {
      problems.push({ field: 'rich_parameter_values', detail });
    }
  }
  if (request.orphan && request.transition !== 'delete') {
    problems.push({ field: 'orphan', detail: 'is only accepted by a delete' });
  }
  if (request.state !== undefined) {
    problems.push({ field: 'state', detail: 'is kept by the server and cannot be given' });
  }
  if (request.dry_run)
    problems.push({ field: 'dry_run', detail: 'is not supported: a build is always carried out' });
  return problems;
}

function assertVersionAllowed(
  latest: Latest,
  request: BuildRequest,
  version: BuildableVersion,
  mayUpdateTemplate: boolean,
): void {
  if (version.templateId !== latest.templateId) {
    throw new ApiError('VALIDATION_FAILED', {
      validations: [
        {
          field: 'template_version_id',
          detail: `is not a version of the workspace's template "${latest.templateName}"`,
        },
      ],
    });
  }
  if (version.archived && version.id !== latest.versionId) {
    throw new ApiError('VALIDATION_FAILED', {
      validations: [{ field: 'template_version_id', detail: 'is archived: choose another version' }],
    });
  }
  const outdated = version.id !== latest.activeVersionId;
  if (request.transition === 'start' && latest.requireActiveVersion && outdated && !mayUpdateTemplate) {
    throw new ApiError('VALIDATION_FAILED', {
      validations: [
        {
          field: 'template_version_id',
          detail: 'must be the active version: the template requires it. Leave it out.',
        },
      ],
    });
  }
}

export function resolveValues(
  latest: Pick<Latest, 'values'> | undefined,
  request: Pick<BuildRequest, 'transition' | 'rich_parameter_values' | 'template_version_preset_id'>,
  version: BuildableVersion,
) {
  const presetId = request.template_version_preset_id;
  const preset = version.presets.find((candidate) => candidate.id === presetId);
  if (presetId !== undefined && !preset) {
    const known = version.presets.map((candidate) => `"${candidate.name}" (${candidate.id})`).join(', ');
    throw new ApiError('VALIDATION_FAILED', {
      validations: [
        {
          field: 'template_version_preset_id',
          detail: `is not a preset of version "${version.name}"; it has ${known || 'none'}`,
        },
      ],
    });
  }
  const resolved = resolveParameters({
    manifest: version.manifest,
    given: request.rich_parameter_values,
    preset,
    previous: latest?.values,
    transition: request.transition,
  });
  if (resolved.problems.length > 0) {
    throw new ApiError('VALIDATION_FAILED', {
      message: 'The parameters are not valid.',
      validations: parameterValidations(resolved.problems),
    });
  }
  const bound = preset ?? matchingPreset(version.presets, resolved.values);
  return { values: resolved.values, presetId: bound?.id ?? null };
}
