import type {
  ManifestParameter,
  Preset,
  ProvisionerJob,
  TemplateVersion,
  TemplateVersionParameter,
} from '@coder/api';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database/index.ts';
import { plainText } from './plain-text.ts';
import type { VersionPreset } from './spec.ts';

export type VersionRow = {
  id: string;
  template_id: string | null;
  organization_id: string;
  created_at: Date;
  updated_at: Date;
  name: string;
  message: string;
  readme: string;
  archived: boolean;
  file_id: string;
  created_by: string;
  username: string;
  avatar_url: string;
  job_id: string;
  job_type: ProvisionerJob['type'];
  job_status: ProvisionerJob['status'];
  job_created_at: Date;
  job_started_at: Date | null;
  job_completed_at: Date | null;
  job_canceled_at: Date | null;
  job_error: string | null;
  initiator_id: string;
  logs_overflowed: boolean;
  queue_position: number;
  queue_size: number;
};

/** Versions that meet a condition on `v`, in the given order. */
export async function selectVersions(db: Db, rest: RawBuilder<unknown>): Promise<VersionRow[]> {
  const { rows } = await sql<VersionRow>`
    select v.id, v.template_id, v.organization_id, v.created_at, v.updated_at, v.name, v.message, v.readme, v.archived,
      v.file_id, v.created_by, u.username, u.avatar_url, j.id as job_id, j.type as job_type, j.status as job_status,
      j.created_at as job_created_at, j.started_at as job_started_at, j.completed_at as job_completed_at,
      j.canceled_at as job_canceled_at, j.error as job_error, j.initiator_id, j.logs_overflowed,
      case when j.status <> 'pending' then 0 else (
        select count(*) from provisioner_jobs p where p.status = 'pending' and (p.created_at, p.id) <= (j.created_at, j.id)
      ) end as queue_position,
      case when j.status <> 'pending' then 0 else (
        select count(*) from provisioner_jobs p where p.status = 'pending'
      ) end as queue_size
    from template_versions v
    join users u on u.id = v.created_by
    join provisioner_jobs j on j.id = v.job_id
    ${rest}`.execute(db);
  return rows;
}

/** A version in upstream's shape. */
export function presentVersion(row: VersionRow): TemplateVersion {
  return {
    id: row.id,
    ...(row.template_id === null ? {} : { template_id: row.template_id }),
    organization_id: row.organization_id,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    name: row.name,
    message: row.message,
    job: presentJob(row),
    readme: row.readme,
    created_by: { id: row.created_by, username: row.username, avatar_url: row.avatar_url },
    archived: row.archived,
  };
}

function presentJob(row: VersionRow): ProvisionerJob {
  return {
    id: row.job_id,
    created_at: row.job_created_at.toISOString(),
    ...(row.job_started_at ? { started_at: row.job_started_at.toISOString() } : {}),
    ...(row.job_completed_at ? { completed_at: row.job_completed_at.toISOString() } : {}),
    ...(row.job_canceled_at ? { canceled_at: row.job_canceled_at.toISOString() } : {}),
    ...(row.job_error === null ? {} : { error: row.job_error }),
    status: row.job_status,
    file_id: row.file_id,
    tags: {},
    queue_position: row.queue_position,
    queue_size: row.queue_size,
    organization_id: row.organization_id,
    initiator_id: row.initiator_id,
    input: { template_version_id: row.id },
    type: row.job_type,
    logs_overflowed: row.logs_overflowed,
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
