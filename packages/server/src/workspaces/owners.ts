import { ApiError, isUuid } from '@coder/api';
import { sql } from 'kysely';
import type { Actor } from '../authorization/index.ts';
import type { Db } from '../database/index.ts';

export type Owner = { readonly id: string; readonly username: string; readonly status: string };

/** The user a path names: `me`, an id or a username in any case. */
export async function findOwner(db: Db, actor: Actor, reference: string): Promise<Owner> {
  const mine = reference.toLowerCase() === 'me';
  if (mine) return { id: actor.user.id, username: actor.user.username, status: 'active' };
  const found = await db
    .selectFrom('users')
    .select(['id', 'username', 'status'])
    .where('deleted', '=', false)
    .where(
      isUuid(reference)
        ? sql<boolean>`id = ${reference}::uuid`
        : sql<boolean>`lower(username) = ${reference.toLowerCase()}`,
    )
    .executeTakeFirst();
  if (!found)
    throw new ApiError('NOT_FOUND', { message: `There is no user "${reference}" that you can see.` });
  return found;
}
