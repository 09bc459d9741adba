import { ApiError, type BuildParameter, type TemplateManifest } from '@coder/api';
import { sql } from 'kysely';
import type { Db } from '../database/index.ts';
import type { BuildableVersion, VersionPreset } from './spec.ts';

/**
 * All that a build needs of a version. Throws VALIDATION_FAILED when there is no such version, and CONFLICT with what its
 * import says while that has not succeeded. It asks nobody's permission.
 */
export async function loadBuildableVersion(db: Db, versionId: string): Promise<BuildableVersion> {
  const row = await db
    .selectFrom('template_versions as v')
    .innerJoin('provisioner_jobs as j', 'j.id', 'v.job_id')
    .select(['v.id', 'v.name', 'v.template_id', 'v.organization_id', 'v.file_id', 'v.archived', 'v.manifest'])
    .select(['j.status', 'j.error'])
    .where('v.id', '=', versionId)
    .executeTakeFirst();
  if (!row) {
    throw new ApiError('VALIDATION_FAILED', {
      validations: [{ field: 'template_version_id', detail: 'names no template version' }],
    });
  }
  if (row.status !== 'succeeded' || row.manifest === null) {
    throw new ApiError('CONFLICT', { message: importState(row) });
  }
  return {
    id: row.id,
    name: row.name,
    templateId: row.template_id,
    organizationId: row.organization_id,
    fileId: row.file_id,
    archived: row.archived,
    manifest: row.manifest as TemplateManifest,
    presets: await loadPresets(db, row.id),
  };
}

/** Why a version cannot be used yet, or ever. */
export function importState({
  name,
  status,
  error,
}: {
  name: string;
  status: string;
  error: string | null;
}): string {
  if (status === 'pending' || status === 'running') {
    return `The template version "${name}" is still being imported. Wait for its job to end.`;
  }
  return `The import of the template version "${name}" ${status === 'failed' ? 'has failed' : 'was canceled'}${error ? `:\n${error}` : '.'}`;
}

export async function loadPresets(db: Db, versionId: string): Promise<VersionPreset[]> {
  const rows = await db
    .selectFrom('template_version_presets')
    .selectAll()
    .where('template_version_id', '=', versionId)
    .orderBy(sql`position`)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    description: row.description,
    icon: row.icon,
    isDefault: row.is_default,
    parameters: row.parameters as BuildParameter[],
  }));
}
