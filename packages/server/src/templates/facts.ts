import type { Db } from '../database/index.ts';

/** What is told of a template by its id. Whether the caller may know it is for those to ask who are told. */
export async function templateFacts(
  db: Db,
  id: string,
): Promise<{ name: string; organizationId: string } | undefined> {
  const row = await db
    .selectFrom('templates')
    .select(['name', 'organization_id'])
    .where('id', '=', id)
    .where('deleted', '=', false)
    .executeTakeFirst();
  return row && { name: row.name, organizationId: row.organization_id };
}

export type VersionFacts = {
  readonly name: string;
  /** Null as long as it belongs to no template. */
  readonly templateId: string | null;
  readonly organizationId: string;
  readonly fileId: string;
};

/** What is told of a template version by its id, in the same way. */
export async function versionFacts(db: Db, id: string): Promise<VersionFacts | undefined> {
  const row = await db
    .selectFrom('template_versions')
    .select(['name', 'template_id', 'organization_id', 'file_id'])
    .where('id', '=', id)
    .executeTakeFirst();
  return (
    row && {
      name: row.name,
      templateId: row.template_id,
      organizationId: row.organization_id,
      fileId: row.file_id,
    }
  );
}

/** Whether a user has uploaded a file. */
export async function isUploadedBy(db: Db, userId: string, fileId: string): Promise<boolean> {
  const row = await db
    .selectFrom('files')
    .select('id')
    .where('id', '=', fileId)
    .where('created_by', '=', userId)
    .executeTakeFirst();
  return row !== undefined;
}
