import { ApiError } from '@coder/api';
import type { Transaction } from 'kysely';
import { type Actor, authorize } from '../authorization/index.ts';
import { type Db, isUniqueViolation, type Tables } from '../database/index.ts';
import { refuseDeletedOrganization } from '../organizations/index.ts';

/** Where a new user becomes a member: the organizations named, else the default one. */
export async function organizationsFor(
  db: Db,
  actor: Actor,
  ids: readonly string[] | undefined,
): Promise<string[]> {
  const found = await db
    .selectFrom('organizations')
    .select('id')
    .where('deleted', '=', false)
    .$if(!ids?.length, (query) => query.where('is_default', '=', true))
    .$if(Boolean(ids?.length), (query) => query.where('id', 'in', [...(ids ?? [])]))
    .execute();
  const known = found.map(({ id }) => id);
  const missing = (ids ?? []).flatMap((id, index) =>
    known.includes(id)
      ? []
      : [{ field: `organization_ids[${index}]`, detail: 'there is no such organization' }],
  );
  if (missing.length > 0) throw new ApiError('VALIDATION_FAILED', { validations: missing });
  for (const organizationId of known) {
    // A token that may make users may make them members: there is no scope for the second alone.
    if (!actor.user.roles.includes('owner') && !actor.user.roles.includes('user-admin')) {
      authorize(actor, 'create', { type: 'organization_member', organizationId });
    }
  }
  return known;
}

type NewUser = {
  id: string;
  username: string;
  email: string;
  name: string;
  hashed_password: string | null;
  status: string;
  login_type: string;
  roles?: string[];
  now: Date;
};

/** Inserts a user; throws CONFLICT for a name or address in use. */
export async function insertUser(trx: Transaction<Tables>, { now, roles, ...user }: NewUser): Promise<void> {
  try {
    await trx
      .insertInto('users')
      .values({ ...user, rbac_roles: roles ?? [], created_at: now, updated_at: now, last_seen_at: now })
      .execute();
  } catch (error) {
    throw nameTaken(error);
  }
}

export async function addMember(
  trx: Transaction<Tables>,
  userId: string,
  organizationId: string,
  now: Date,
): Promise<void> {
  await trx
    .insertInto('organization_members')
    .values({ user_id: userId, organization_id: organizationId, created_at: now, updated_at: now })
    .execute();
  await refuseDeletedOrganization(trx, organizationId);
}

/** What a broken unique rule of users means to the caller; any other error as it is. */
export function nameTaken(error: unknown): unknown {
  for (const [constraint, field, noun] of [
    ['users_username', 'username', 'username'],
    ['users_email', 'email', 'email address'],
  ] as const) {
    if (!isUniqueViolation(error, constraint)) continue;
    return new ApiError('CONFLICT', {
      message: `A user with this ${noun} already exists.`,
      validations: [{ field, detail: `this ${noun} is already in use` }],
    });
  }
  return error;
}
