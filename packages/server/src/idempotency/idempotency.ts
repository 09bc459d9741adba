import { createHash } from 'node:crypto';
import { ApiError, idempotencyKeySchema } from '@coder/api';
import { type Actor, ALLOW_ALL, holderOf } from '../authorization/index.ts';
import type { Db } from '../database/index.ts';

/** How long a key is remembered. */
const idempotencyWindowMs = 24 * 60 * 60_000;

export type IdempotentRequest = { userId: string; key: string; route: string; request: unknown };

/** Checks the form of a key that came in a header. */
export function parseIdempotencyKey(value: string | null | undefined): string | undefined {
  if (value === null || value === undefined) return undefined;
  const parsed = idempotencyKeySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ApiError('VALIDATION_FAILED', {
    validations: [{ field: 'Idempotency-Key', detail: 'must be 1 to 128 visible ASCII characters' }],
  });
}

/**
 * What a caller claims with a key. A token that does not reach everything of its user has keys of its own, so that it finds
 * nothing that was made with another token.
 */
export function claimOf(actor: Actor, given: string, route: string, request: unknown): IdempotentRequest {
  // A key has no spaces, so no key of one token can be written as that of another.
  const key = actor.key.allowList.includes(ALLOW_ALL) ? given : `${holderOf(actor)} ${given}`;
  return { userId: actor.user.id, key, route, request };
}

/** Another request with the same key was faster. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** What an earlier request with this key made, or undefined when there was none. */
export async function findEarlier(
  db: Db,
  { userId, key, route, request }: IdempotentRequest,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('idempotency_keys')
    .selectAll()
    .where('user_id', '=', userId)
    .where('key', '=', key)
    .executeTakeFirst();
  if (!row) return undefined;
  if (row.route === route && row.request_hash.equals(hashOf(request))) return row.resource_id;
  throw new ApiError('CONFLICT', {
    message: 'This idempotency key was used for another request.',
    detail: 'Use a new key for a new request; repeat a key only with exactly the same request.',
  });
}

/**
 * Remembers, in the caller's transaction, what a key made. False when another request with the key was faster: then this
 * transaction must be given up and the other's result used. Two at once wait for each other here.
 */
export async function claimKey(
  trx: Db,
  claim: IdempotentRequest,
  resourceId: string,
  now: Date,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('idempotency_keys')
    .values({
      user_id: claim.userId,
      key: claim.key,
      route: claim.route,
      request_hash: hashOf(claim.request),
      resource_id: resourceId,
      created_at: now,
    })
    .onConflict((conflict) => conflict.columns(['user_id', 'key']).doNothing())
    .executeTakeFirstOrThrow();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Deletes the keys that are a day old, which may be used again then. */
export async function forgetOldKeys(db: Db, now: Date): Promise<void> {
  await db
    .deleteFrom('idempotency_keys')
    .where('created_at', '<', new Date(now.getTime() - idempotencyWindowMs))
    .execute();
}

/** The same request has the same hash, in whatever order its fields stand. */
function hashOf(request: unknown): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(sorted(request)))
    .digest();
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, entry]) => [name, sorted(entry)]),
  );
}
