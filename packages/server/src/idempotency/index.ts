export {
  claimKey,
  claimOf,
  findEarlier,
  forgetOldKeys,
  type IdempotentRequest,
  Overtaken,
  parseIdempotencyKey,
} from './idempotency.ts';
