import { randomUUID } from 'node:crypto';
import { ApiError, type createFirstUserSchema } from '@coder/api';
import { sql } from 'kysely';
import type * as z from 'zod';
import type { Clock } from '../clock.ts';
import { type Db, inTransaction } from '../database/index.ts';
import { ensureDefaultOrganization } from '../organizations/index.ts';
import { addMember, insertUser } from './new-user.ts';
import { hashPassword } from './password.ts';
import { refuseReservedName } from './user-guards.ts';

type CreateFirstUser = z.infer<typeof createFirstUserSchema>;

export type FirstUser = {
  exists(): Promise<boolean>;
  /** Makes the owner and the default organization. Throws CONFLICT once there is a user, so of two at once one succeeds. */
  create(input: CreateFirstUser): Promise<{ user_id: string; organization_id: string }>;
};

const firstUserLock = 7_303_014_301;

export function createFirstUser({ db, clock }: { db: Db; clock: Clock }): FirstUser {
  let created = false;

  async function exists(): Promise<boolean> {
    created ||= (await db.selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined;
    return created;
  }

  const taken = () => new ApiError('CONFLICT', { message: 'The initial user has already been created.' });

  return {
    exists,
    async create(input) {
      if (await exists()) throw taken();
      refuseReservedName(input.username);
      const hashed = await hashPassword(input.password);
      return inTransaction(db, async (trx) => {
        await sql`select pg_advisory_xact_lock(${firstUserLock})`.execute(trx);
        if (await trx.selectFrom('users').select('id').limit(1).executeTakeFirst()) throw taken();
        const now = clock.now();
        const id = randomUUID();
        const organizationId = await ensureDefaultOrganization(trx, now);
        await insertUser(trx, {
          id,
          username: input.username,
          email: input.email,
          name: input.name ?? '',
          hashed_password: hashed,
          status: 'active',
          login_type: 'password',
          roles: ['owner'],
          now,
        });
        await addMember(trx, id, organizationId, now);
        return { user_id: id, organization_id: organizationId };
      });
    },
  };
}
