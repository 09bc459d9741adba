import type { ManifestParameter, Preset, TemplateVersion, TemplateVersionParameter } from '@coder/api';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database/index.ts';
import { type JobRow, jobColumns, jobWorker, presentJob } from '../jobs/index.ts';
import { plainText } from './plain-text.ts';
import type { VersionPreset } from './spec.ts';

export type VersionRow = JobRow & {
  id: string;
  template_id: string | null;
  created_at: Date;
  updated_at: Date;
  name: string;
  message: string;
  readme: string;
  archived: boolean;
  created_by: string;
  username: string;
  avatar_url: string;
  queue_position: number;
  queue_size: number;
};

/** Versions that meet a condition on `v`, in the given order. */
export async function selectVersions(db: Db, rest: RawBuilder<unknown>): Promise<VersionRow[]> {
  const { rows } = await sql<VersionRow>`
    select v.id, v.template_id, v.organization_id, v.created_at, v.updated_at, v.name, v.message, v.readme, v.archived,
      v.created_by, u.username, u.avatar_url, j.initiator_id, ${jobColumns},
      case when j.status <> 'pending' then 0 else (
        select count(*) from provisioner_jobs p where p.status = 'pending' and (p.created_at, p.id) <= (j.created_at, j.id)
      ) end as queue_position,
      case when j.status <> 'pending' then 0 else (
        select count(*) from provisioner_jobs p where p.status = 'pending'
      ) end as queue_size
    from template_versions v
    join users u on u.id = v.created_by
    join provisioner_jobs j on j.id = v.job_id
    ${jobWorker}
    ${rest}`.execute(db);
  return rows;
}

/** A version in upstream's shape. */
export function presentVersion(row: VersionRow): TemplateVersion {
  const queued = { position: row.queue_position, size: row.queue_size };
  return {
    id: row.id,
    ...(row.template_id === null ? {} : { template_id: row.template_id }),
    organization_id: row.organization_id,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    name: row.name,
    message: row.message,
    job: presentJob(row, { template_version_id: row.id }, queued),
    readme: row.readme,
    created_by: { id: row.created_by, username: row.username, avatar_url: row.avatar_url },
    archived: row.archived,
  };
}

/** A parameter in upstream's shape. */
export function presentParameter(parameter: ManifestParameter): TemplateVersionParameter {
  const { validation: { regex, error, min, max, monotonic } = {}, description = '' } = parameter;
  return {
    name: parameter.name,
    ...(parameter.display_name === undefined ? {} : { display_name: parameter.display_name }),
    description,
    description_plaintext: plainText(description),
    type: parameter.type,
    form_type: parameter.form_type,
    mutable: parameter.mutable,
    default_value: parameter.default ?? '',
    icon: parameter.icon ?? '',
    options: parameter.options.map(({ name, description = '', value, icon = '' }) => ({
      name,
      description,
      value,
      icon,
    })),
    ...(error === undefined ? {} : { validation_error: error }),
    ...(regex === undefined ? {} : { validation_regex: regex }),
    ...(min === undefined ? {} : { validation_min: min }),
    ...(max === undefined ? {} : { validation_max: max }),
    ...(monotonic === undefined ? {} : { validation_monotonic: monotonic }),
    required: parameter.required,
    ephemeral: parameter.ephemeral,
  };
}

/** A preset in upstream's shape. */
export function presentPreset(preset: VersionPreset): Preset {
  return {
    ID: preset.id,
    Name: preset.name,
    Parameters: preset.parameters.map(({ name, value }) => ({ Name: name, Value: value })),
    Default: preset.isDefault,
    DesiredPrebuildInstances: null,
    Description: preset.description,
    Icon: preset.icon,
  };
}
