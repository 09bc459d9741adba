import { ApiError, isUuid } from '@coder/api';
import { sql } from 'kysely';
import type { Actor } from '../authorization/index.ts';
import type { Db } from '../database/index.ts';

export type Owner = { readonly id: string; readonly username: string; readonly status: string };

/** The user a path names, or NOT_FOUND. */
export async function findOwner(db: Db, actor: Actor, reference: string): Promise<Owner> {
  const found = await seekOwner(db, actor, reference);
  if (found) return found;
  throw new ApiError('NOT_FOUND', { message: `There is no user "${reference}" that you can see.` });
}

/** The user a path names, if there is one: `me`, an id or a username in any case. */
export async function seekOwner(db: Db, actor: Actor, reference: string): Promise<Owner | undefined> {
  const mine = reference.toLowerCase() === 'me';
  if (mine) return { id: actor.user.id, username: actor.user.username, status: 'active' };
  return db
    .selectFrom('users')
    .select(['id', 'username', 'status'])
    .where('deleted', '=', false)
    .where(
      isUuid(reference)
        ? sql<boolean>`id = ${reference}::uuid`
        : sql<boolean>`lower(username) = ${reference.toLowerCase()}`,
    )
    .executeTakeFirst();
}
