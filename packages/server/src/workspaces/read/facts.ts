import { sql } from 'kysely';
import type { Db } from '../../database/index.ts';
import { selectWorkspaces } from './present-workspace.ts';

export type WorkspaceFacts = {
  readonly ownerId: string;
  readonly organizationId: string;
  /** `owner/name`. */
  readonly name: string;
  /** The name of its template. */
  readonly template: string;
};

/** What is told of a workspace by its id. Whether the caller may know it is for those to ask who are told. */
export async function workspaceFacts(db: Db, id: string): Promise<WorkspaceFacts | undefined> {
  const [row] = await selectWorkspaces(db, sql`where w.id = ${id} and not w.deleted`);
  return (
    row && {
      ownerId: row.owner_id,
      organizationId: row.organization_id,
      name: `${row.owner_name}/${row.name}`,
      template: row.template_name,
    }
  );
}
