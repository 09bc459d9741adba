import type { Clock } from '../clock.ts';

export interface RateLimiter {
  /** Counts one request of a key. Refused, it says in how many seconds the next one is allowed. */
  take(key: string): RateDecision;
}

export interface RateDecision {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** Whole seconds, at least 1; 0 if it is allowed. */
  retryAfterSeconds: number;
}

export interface RateLimiterOptions {
  /** Requests in a window; 0 lets everything pass. */
  limit: number;
  windowMs: number;
  clock: Clock;
}

/**
 * A bucket for each key that holds `limit` requests and fills again evenly over the window, so that a burst up to the limit
 * passes and then the rate holds. It lives in memory: each replica counts for itself.
 */
export function createRateLimiter({ limit, windowMs, clock }: RateLimiterOptions): RateLimiter {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const perMs = limit / windowMs;
  let nextSweep = 0;

  /** A bucket that has had a whole window's rest is full, as one that was never used. */
  function sweep(now: number): void {
    if (now < nextSweep) return;
    nextSweep = now + windowMs;
    for (const [key, bucket] of buckets) if (now - bucket.at >= windowMs) buckets.delete(key);
  }

  return {
    take(key) {
      if (limit <= 0)
        return { allowed: true, limit, remaining: Number.POSITIVE_INFINITY, retryAfterSeconds: 0 };
      const now = clock.now().getTime();
      sweep(now);
      const bucket = buckets.get(key) ?? { tokens: limit, at: now };
      bucket.tokens = Math.min(limit, bucket.tokens + Math.max(0, now - bucket.at) * perMs);
      bucket.at = now;
      buckets.set(key, bucket);
      // Refilling in fractions must not lose a request to rounding.
      const allowed = bucket.tokens >= 1 - 1e-9;
      if (allowed) bucket.tokens -= 1;
      return {
        allowed,
        limit,
        remaining: Math.max(0, Math.floor(bucket.tokens)),
        retryAfterSeconds: allowed ? 0 : Math.max(1, Math.ceil((1 - bucket.tokens) / perMs / 1_000)),
      };
    },
  };
}
