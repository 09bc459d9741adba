import { randomUUID } from 'node:crypto';
import {
  ApiError,
  type createTemplateVersionSchema,
  DEFAULT_PAGE_SIZE,
  type Preset,
  type ProvisionerLog,
  type TemplateVersion,
  type TemplateVersionParameter,
  type Validation,
} from '@coder/api';
import { sql } from 'kysely';
import type * as z from 'zod';
import { type Actor, authorize } from '../authorization/index.ts';
import { inTransaction, isUniqueViolation } from '../database/index.ts';
import { claimKey, claimOf, findEarlier, type IdempotentRequest, Overtaken } from '../idempotency/index.ts';
import { insertJob } from '../jobs/index.ts';
import type { LogInput, TemplatesDeps } from './deps.ts';
import { type Files, storeFile } from './files.ts';
import { authorizeTemplate, findManifest, findVersion, noSuchVersion } from './find-version.ts';
import { loadPresets } from './load-version.ts';
import { suggestion } from './suggest.ts';
import { randomVersionName } from './version-name.ts';
import { presentParameter, presentPreset, presentVersion, selectVersions } from './version-rows.ts';

type CreateVersion = z.output<typeof createTemplateVersionSchema>;
type Page = { limit?: number | undefined; offset?: number | undefined; after_id?: string | undefined };

export type TemplateVersions = {
  /**
   * Makes a version and queues its import. Everything that is wrong with the request is said at once. With an idempotency key
   * the same request again gives the same version, however many arrive at once.
   */
  create(
    actor: Actor,
    organization: string,
    request: CreateVersion,
    idempotencyKey?: string,
  ): Promise<TemplateVersion>;
  get(actor: Actor, id: string): Promise<TemplateVersion>;
  getByName(actor: Actor, templateId: string, name: string): Promise<TemplateVersion>;
  /** Of one template, the newest first. */
  list(
    actor: Actor,
    templateId: string,
    page: Page & { include_archived?: boolean | undefined },
  ): Promise<TemplateVersion[]>;
  update(
    actor: Actor,
    id: string,
    change: { name?: string | undefined; message?: string | undefined },
  ): Promise<{ before: TemplateVersion; after: TemplateVersion }>;
  /** Throws CONFLICT with what the import says while it has not succeeded, as does `presets`. */
  parameters(actor: Actor, id: string): Promise<TemplateVersionParameter[]>;
  presets(actor: Actor, id: string): Promise<Preset[]>;
  logs(actor: Actor, id: string, input: LogInput, signal?: AbortSignal): Promise<ProvisionerLog[]>;
  followLogs(
    actor: Actor,
    id: string,
    after: number,
    signal: AbortSignal,
  ): Promise<AsyncIterable<ProvisionerLog>>;
};

const maxNameAttempts = 5;
/** What a client may say of a manifest's provisioner: upstream's clients always say the first. */
const provisioners = ['', 'terraform', 'local'];

/** Versions of templates; those without a template yet are seen only by who may make one of them. */
export function createTemplateVersions(deps: TemplatesDeps & { readonly files: Files }): TemplateVersions {
  const { db, clock, jobs, files, starters, organizations } = deps;

  const find = (actor: Actor, id: string, action: 'read' | 'update' = 'read') =>
    findVersion(db, actor, id, action);

  /** The template a version is to be of, which its maker must be allowed to change. */
  async function authorizeTarget(
    actor: Actor,
    organizationId: string,
    templateId: string | undefined,
  ): Promise<Validation[]> {
    if (templateId === undefined) {
      authorize(actor, 'create', { type: 'template', organizationId });
      return [];
    }
    const template = await db
      .selectFrom('templates')
      .select(['id', 'organization_id'])
      .where('id', '=', templateId)
      .where('deleted', '=', false)
      .executeTakeFirst();
    if (template?.organization_id !== organizationId) {
      return [{ field: 'template_id', detail: 'names no template of this organization' }];
    }
    authorize(actor, 'update', { type: 'template', id: template.id, organizationId });
    return [];
  }

  async function fileOf(actor: Actor, request: CreateVersion, problems: Validation[]): Promise<string> {
    const { file_id: fileId, example_id: example } = request;
    if ((fileId === undefined) === (example === undefined)) {
      problems.push({ field: 'file_id', detail: 'exactly one of file_id and example_id must be given' });
    } else if (example !== undefined) {
      const data = await starters.archive(example);
      if (!data) {
        const detail = `names no starter template.${suggestion(example, await starters.ids())}`;
        problems.push({ field: 'example_id', detail });
      } else if (problems.length === 0) {
        return (await storeFile(db, clock, { userId: actor.user.id, data, mimetype: 'application/x-tar' }))
          .id;
      }
    } else if (fileId !== undefined && !(await files.isUsable(actor, fileId))) {
      problems.push({ field: 'file_id', detail: 'names no file that you have uploaded' });
    }
    return fileId ?? '';
  }

  async function insert(
    actor: Actor,
    organizationId: string,
    fileId: string,
    request: CreateVersion & { name: string },
    claim: IdempotentRequest | undefined,
  ) {
    const [id, jobId, now] = [randomUUID(), randomUUID(), clock.now()];
    await inTransaction(db, async (trx) => {
      if (claim && !(await claimKey(trx, claim, id, now))) throw new Overtaken();
      await insertJob(trx, {
        id: jobId,
        type: 'template_version_import',
        organizationId,
        initiatorId: actor.user.id,
        fileId,
        input: { template_version_id: id },
        at: now,
      });
      await trx
        .insertInto('template_versions')
        .values({
          id,
          template_id: request.template_id ?? null,
          organization_id: organizationId,
          name: request.name,
          message: request.message ?? '',
          file_id: fileId,
          job_id: jobId,
          created_by: actor.user.id,
          created_at: now,
          updated_at: now,
        })
        .execute();
      await jobs.enqueueImport(jobId, trx);
    });
    return id;
  }

  return {
    async create(actor, organization, request, idempotencyKey) {
      const { id: organizationId } = await organizations.get(actor, organization);
      const problems = [
        ...(await authorizeTarget(actor, organizationId, request.template_id)),
        ...unsupported(request),
      ];
      const claim =
        idempotencyKey === undefined
          ? undefined
          : claimOf(actor, idempotencyKey, 'templateVersions.create', { organizationId, ...request });
      const earlier = claim && (await findEarlier(db, claim));
      if (earlier !== undefined) return presentVersion(await find(actor, earlier));
      const fileId = await fileOf(actor, request, problems);
      if (problems.length > 0) throw new ApiError('VALIDATION_FAILED', { validations: problems });
      for (let attempt = 1; ; attempt++) {
        const name = request.name ?? randomVersionName();
        try {
          const id = await insert(actor, organizationId, fileId, { ...request, name }, claim);
          const [row] = await selectVersions(db, sql`where v.id = ${id}`);
          return presentVersion(row!);
        } catch (error) {
          const made = error instanceof Overtaken && claim && (await findEarlier(db, claim));
          if (made) return presentVersion(await find(actor, made));
          if (!isUniqueViolation(error, 'template_versions_name')) throw error;
          if (request.name !== undefined || attempt >= maxNameAttempts) throw nameTaken(name);
        }
      }
    },

    get: async (actor, id) => presentVersion(await find(actor, id)),

    async getByName(actor, templateId, name) {
      await authorizeTemplate(db, actor, templateId, 'read');
      const [row] = await selectVersions(
        db,
        sql`where v.template_id = ${templateId} and lower(v.name) = ${name.toLowerCase()}`,
      );
      if (!row) throw noSuchVersion(name);
      return presentVersion(row);
    },

    async list(
      actor,
      templateId,
      { limit, offset = 0, after_id: after, include_archived: archived = false },
    ) {
      await authorizeTemplate(db, actor, templateId, 'read');
      const older =
        after === undefined
          ? sql`true`
          : sql`(v.created_at, v.id) < (select a.created_at, a.id from template_versions a where a.id = ${after} and a.template_id = ${templateId})`;
      const rows = await selectVersions(
        db,
        sql`where v.template_id = ${templateId} and (not v.archived or ${archived}::boolean) and ${older}
          order by v.created_at desc, v.id desc limit ${limit || DEFAULT_PAGE_SIZE} offset ${offset}`,
      );
      return rows.map(presentVersion);
    },

    async update(actor, id, { name, message }) {
      try {
        const before = await inTransaction(db, async (trx) => {
          await sql`select from template_versions where id = ${id} for no key update`.execute(trx);
          const held = await findVersion(trx, actor, id, 'update');
          await trx
            .updateTable('template_versions')
            .set({ name, message, updated_at: clock.now() })
            .where('id', '=', id)
            .execute();
          return held;
        });
        return { before: presentVersion(before), after: presentVersion(await find(actor, id)) };
      } catch (error) {
        throw isUniqueViolation(error, 'template_versions_name') ? nameTaken(name ?? '') : error;
      }
    },

    parameters: async (actor, id) => (await findManifest(db, actor, id)).parameters.map(presentParameter),
    async presets(actor, id) {
      await findManifest(db, actor, id);
      return (await loadPresets(db, id)).map(presentPreset);
    },
    logs: async (actor, id, input, signal) => jobs.readLogs((await find(actor, id)).job_id, input, signal),
    followLogs: async (actor, id, after, signal) =>
      jobs.followLogs((await find(actor, id)).job_id, after, signal),
  };
}

function unsupported(request: CreateVersion): Validation[] {
  const problems: Validation[] = [];
  if (!provisioners.includes(request.provisioner ?? '')) {
    problems.push({ field: 'provisioner', detail: 'must be left out: the archive says what provisions it' });
  }
  const tags = Object.keys(request.tags ?? {}).filter((tag) => tag !== 'scope' && tag !== 'owner');
  if (tags.length > 0)
    problems.push({ field: 'tags', detail: 'must be empty: this server provisions by itself' });
  if (request.user_variable_values?.length) {
    problems.push({
      field: 'user_variable_values',
      detail: 'must be empty: a template.yaml has no variables',
    });
  }
  return problems;
}

function nameTaken(name: string): ApiError {
  return new ApiError('CONFLICT', {
    message: `The template already has a version "${name}".`,
    validations: [{ field: 'name', detail: 'is taken by another version of this template' }],
  });
}
