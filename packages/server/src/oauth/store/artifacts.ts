import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import type { Clock } from '../../clock.ts';
import { type Db, sqlState } from '../../database/index.ts';

export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** A device's code as people type it, without what they may put between its letters. */
export const plainUserCode = (typed: string): string => typed.toUpperCase().replace(/[^A-Z0-9]/g, '');

/** What a row must not hold: the values themselves, by which it is found. */
function withoutSecrets({ jti, userCode, uid, returnTo, cid, ...rest }: AdapterPayload): object {
  return rest;
}

/**
 * Keeps codes, refresh tokens and requests under way in `oauth_artifacts`, under the hash of their value. The value comes
 * back with whoever presents it, so that it is nowhere in the database.
 */
export function createArtifactStore(deps: {
  db: Db;
  clock: Clock;
  resumeUrl: (uid: string) => string;
  /** Ends a grant with everything that hangs on it. */
  endGrant: (grantId: string) => Promise<void>;
  /** Awaited before a device's code is found whose user has decided: whoever asks for it next gets a token or uses it up. */
  beginCall: () => Promise<void>;
}) {
  const { db, clock, resumeUrl, endGrant, beginCall } = deps;
  return (kind: string): Adapter => {
    const row = (id: string) =>
      db.updateTable('oauth_artifacts').where('kind', '=', kind).where('id_hash', '=', hashOf(id));
    return {
      async upsert(id, payload, expiresIn) {
        const values = {
          payload: JSON.stringify(withoutSecrets(payload)),
          grant_id: payload.grantId ?? null,
          expires_at: new Date(clock.now().getTime() + (expiresIn ?? 0) * 1_000),
        };
        await whileGranted(() =>
          db
            .insertInto('oauth_artifacts')
            .values({
              kind,
              id_hash: hashOf(id),
              lookup_hash: payload.userCode === undefined ? null : hashOf(payload.userCode),
              ...values,
            })
            .onConflict((conflict) => conflict.columns(['kind', 'id_hash']).doUpdateSet(values))
            .execute(),
        );
      },
      async find(id) {
        const found = await db
          .selectFrom('oauth_artifacts')
          .where('kind', '=', kind)
          .where('id_hash', '=', hashOf(id))
          .select(['payload', 'consumed_at'])
          .executeTakeFirst();
        if (!found) return undefined;
        const { accountId, error } = found.payload as AdapterPayload;
        if (kind === 'DeviceCode' && (accountId ?? error) !== undefined) await beginCall();
        const consumed = found.consumed_at && { consumed: Math.floor(found.consumed_at.getTime() / 1_000) };
        const interaction = kind === 'Interaction' && { returnTo: resumeUrl(id), cid: id };
        return { ...(found.payload as AdapterPayload), jti: id, ...consumed, ...interaction };
      },
      async consume(id) {
        const { numUpdatedRows } = await row(id)
          .set({ consumed_at: clock.now() })
          .where('consumed_at', 'is', null)
          .executeTakeFirst();
        if (numUpdatedRows > 0n) return;
        // Of two that present the same value at once one is too late, and nobody can tell which of them has stolen it.
        const known = await db
          .selectFrom('oauth_artifacts')
          .where('kind', '=', kind)
          .where('id_hash', '=', hashOf(id))
          .select('grant_id')
          .executeTakeFirst();
        if (known?.grant_id) await endGrant(known.grant_id);
        throw new errors.InvalidGrant('already used');
      },
      async destroy(id) {
        await db
          .deleteFrom('oauth_artifacts')
          .where('kind', '=', kind)
          .where('id_hash', '=', hashOf(id))
          .execute();
      },
      async revokeByGrantId(grantId) {
        await db
          .deleteFrom('oauth_artifacts')
          .where('kind', '=', kind)
          .where('grant_id', '=', grantId)
          .execute();
      },
      // Nothing of ours looks a record up by these: devices are decided in `devices.ts`, sessions are the dashboard's.
      findByUserCode: async () => undefined,
      findByUid: async () => undefined,
    };
  };
}

/** Writes what hangs on a grant, unless that has ended in this moment. */
export async function whileGranted<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (sqlState(error) !== foreignKeyViolation) throw error;
    throw new errors.InvalidGrant('the grant has ended');
  }
}

const foreignKeyViolation = '23503';

/** A device that waits for a decision. */
export type WaitingDevice = {
  payload: AdapterPayload;
  expiresAt: Date;
};

/** The device with this code, if it still waits. */
export async function findDevice(db: Db, userCode: string, now: Date): Promise<WaitingDevice | undefined> {
  const found = await db
    .selectFrom('oauth_artifacts')
    .where('kind', '=', 'DeviceCode')
    .where('lookup_hash', '=', hashOf(plainUserCode(userCode)))
    .where('expires_at', '>', now)
    .where(sql<boolean>`not payload ?| array['accountId', 'error']`)
    .select(['payload', 'expires_at'])
    .executeTakeFirst();
  return found && { payload: found.payload as AdapterPayload, expiresAt: found.expires_at };
}

/** Writes the decision about a device; false when somebody has decided it already. */
export async function decideDevice(
  db: Db,
  userCode: string,
  decision:
    | { error: string; errorDescription: string }
    | { accountId: string; grantId: string; scope: string; resource: string },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('oauth_artifacts')
    .set({
      payload: sql<string>`payload || ${JSON.stringify(decision)}::jsonb`,
      grant_id: 'grantId' in decision ? decision.grantId : null,
    })
    .where('kind', '=', 'DeviceCode')
    .where('lookup_hash', '=', hashOf(plainUserCode(userCode)))
    .where(sql<boolean>`not payload ?| array['accountId', 'error']`)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
