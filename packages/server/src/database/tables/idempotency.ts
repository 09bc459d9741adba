import type { Time } from './columns.ts';

interface IdempotencyKeysTable {
  user_id: string;
  key: string;
  route: string;
  /** SHA-256 of the request: the same key for another request is refused. */
  request_hash: Buffer;
  /** What the first request made. */
  resource_id: string;
  created_at: Time;
}

/** The tables of `idempotency`, by their names. */
export interface IdempotencyTables {
  idempotency_keys: IdempotencyKeysTable;
}
