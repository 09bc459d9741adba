import { randomUUID } from 'node:crypto';
import {
  ApiError,
  type BuildParameter,
  type createDryRunSchema,
  type MatchedProvisioners,
  type ProvisionerJob,
  type ProvisionerLog,
  type Validation,
  type WorkspaceResource,
} from '@coder/api';
import { sql } from 'kysely';
import type * as z from 'zod';
import { type Actor, authorize, can } from '../authorization/index.ts';
import {
  createJobLog,
  forgetJobs,
  insertJob,
  type JobRow,
  jobColumns,
  jobWorker,
  presentJob,
} from '../jobs/index.ts';
import type { LogInput, TemplatesDeps } from './deps.ts';
import { findManifest, findVersion } from './find-version.ts';
import { loadPresets } from './load-version.ts';
import { parameterValidations, resolveParameters } from './parameters/resolve.ts';
import { plannedResources } from './planned-resources.ts';
import { runtimeProblem } from './runtime-problem.ts';

type Request = z.output<typeof createDryRunSchema>;
/** What is kept of a dry run, in the input of its job. */
type Kept = { template_version_id: string; workspace_name: string; values: BuildParameter[] };
type Row = JobRow & { input: Kept; owner_name: string };

export type DryRuns = {
  /**
   * Checks the values as a create would, and whether this deployment has the runtime. As with upstream it is for who may see
   * the version and create workspaces. Whether a workspace may be made of it now (it may be archived, not be the active one that
   * is required, or its template deprecated) is not asked: versions are tried before they are published, too.
   */
  create(actor: Actor, versionId: string, request: Request): Promise<ProvisionerJob>;
  get(actor: Actor, versionId: string, jobId: string): Promise<ProvisionerJob>;
  resources(actor: Actor, versionId: string, jobId: string): Promise<WorkspaceResource[]>;
  logs(actor: Actor, versionId: string, jobId: string, input: LogInput): Promise<ProvisionerLog[]>;
  provisioners(actor: Actor, versionId: string, jobId: string): Promise<MatchedProvisioners>;
  /** Throws CONFLICT: a dry run has ended when it is answered. */
  cancel(actor: Actor, versionId: string, jobId: string): Promise<never>;
};

export type DryRunsDeps = Pick<TemplatesDeps, 'db' | 'clock' | 'log' | 'jobs' | 'checkRuntime'> & {
  /** The servers that could run a build. */
  readonly provisioners: (organizationId: string) => Promise<MatchedProvisioners>;
};

const type = 'template_version_dry_run';
const stage = 'Dry run';
/** Nobody asks for a dry run after that. */
const keptMs = 24 * 60 * 60_000;

/** What a workspace would be, found out without making one. With runtimes that need no plan it is known at once. */
export function createDryRuns(deps: DryRunsDeps): DryRuns {
  const { db, clock, log, jobs, checkRuntime } = deps;

  async function find(actor: Actor, versionId: string, jobId: string): Promise<Row> {
    const version = await findVersion(db, actor, versionId);
    const { rows } = await sql<Row>`
      select j.organization_id, j.initiator_id, j.input, u.username as owner_name, ${jobColumns}
      from provisioner_jobs j join users u on u.id = j.initiator_id ${jobWorker}
      where j.id = ${jobId} and j.type = ${type} and j.input ->> 'template_version_id' = ${versionId}`.execute(
      db,
    );
    const [row] = rows;
    const template = {
      type: 'template',
      ...(version.template_id === null ? {} : { id: version.template_id }),
      organizationId: version.organization_id,
    } as const;
    // What somebody has tried is theirs, and of concern to who looks after the template.
    if (row && (row.initiator_id === actor.user.id || can(actor, 'update', template))) return row;
    throw new ApiError('NOT_FOUND');
  }

  /** Of an organization that is deleted nothing can be made, though its templates stay on record. */
  async function refuseGone(organizationId: string): Promise<void> {
    const found = await db
      .selectFrom('organizations')
      .select('id')
      .where('id', '=', organizationId)
      .where('deleted', '=', false)
      .executeTakeFirst();
    if (!found) throw new ApiError('NOT_FOUND');
  }

  return {
    async create(actor, versionId, request) {
      const version = await findVersion(db, actor, versionId);
      const manifest = await findManifest(db, actor, versionId);
      await refuseGone(version.organization_id);
      authorize(actor, 'create', {
        type: 'workspace',
        ownerId: actor.user.id,
        organizationId: version.organization_id,
      });
      refuseVariables(request);
      const { values, problems } = resolveParameters({
        manifest,
        given: request.rich_parameter_values,
        transition: 'start',
      });
      if (problems.length > 0) {
        throw new ApiError('VALIDATION_FAILED', {
          message: 'The parameters are not valid.',
          validations: parameterValidations(problems),
        });
      }
      const name = request.workspace_name ?? manifest.name;
      const [id, now] = [randomUUID(), clock.now()];
      const owner = { name: actor.user.username };
      const planned = { values, workspace: { name }, owner, jobId: id, at: now };
      const resources = plannedResources(manifest, planned);
      const error = await runtimeProblem(manifest, checkRuntime);
      const kept: Kept = { template_version_id: versionId, workspace_name: name, values: [...values] };
      await forgetJobs(db, type, new Date(now.getTime() - keptMs));
      await insertJob(db, {
        id,
        type,
        organizationId: version.organization_id,
        initiatorId: actor.user.id,
        fileId: version.file_id,
        input: kept,
        at: now,
        ended: { error, at: clock.now() },
      });
      const lines = createJobLog({ db, clock, log, jobId: id });
      const presets = await loadPresets(db, versionId);
      lines.write(
        'info',
        stage,
        `${values.length} parameters, ${presets.length} presets: the values are valid.`,
      );
      for (const { type: runtime, name: resource, agents = [] } of resources) {
        lines.write('info', stage, `A start makes ${runtime} "${resource}" with ${agents.length} agent.`);
      }
      if (error !== undefined) lines.write('error', stage, error);
      await lines.flush();
      return presentJob(await find(actor, versionId, id), { template_version_id: versionId });
    },

    get: async (actor, versionId, jobId) =>
      presentJob(await find(actor, versionId, jobId), { template_version_id: versionId }),

    async resources(actor, versionId, jobId) {
      const { input, owner_name: name, job_created_at: at } = await find(actor, versionId, jobId);
      return plannedResources(await findManifest(db, actor, versionId), {
        values: input.values,
        workspace: { name: input.workspace_name },
        owner: { name },
        jobId,
        at,
      });
    },

    async logs(actor, versionId, jobId, input) {
      await find(actor, versionId, jobId);
      return jobs.readLogs(jobId, input);
    },

    async provisioners(actor, versionId, jobId) {
      const { organization_id: organizationId } = await find(actor, versionId, jobId);
      return deps.provisioners(organizationId);
    },

    async cancel(actor, versionId, jobId) {
      await find(actor, versionId, jobId);
      throw new ApiError('CONFLICT', {
        message: 'The dry run has ended.',
        detail: 'What it came to, and its log, can be read for a day.',
      });
    },
  };
}

function refuseVariables({ user_variable_values: variables }: Request): void {
  if (!variables?.length) return;
  const validations: Validation[] = [
    { field: 'user_variable_values', detail: 'must be empty: a template.yaml has no variables' },
  ];
  throw new ApiError('VALIDATION_FAILED', { validations });
}
