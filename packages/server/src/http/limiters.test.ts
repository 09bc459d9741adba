import { describe, expect, it } from 'vitest';
import { testClock } from '../testing/index.ts';
import { createConcurrencyLimiter, createRateLimiter } from './index.ts';

describe('the rate limiter', () => {
  it('lets a burst up to the limit pass, then says when the next may come', () => {
    const clock = testClock();
    const limiter = createRateLimiter({ limit: 2, windowMs: 60_000, clock });
    expect([limiter.take('ann').remaining, limiter.take('ann').remaining]).toEqual([1, 0]);
    expect(limiter.take('ann')).toEqual({ allowed: false, limit: 2, remaining: 0, retryAfterSeconds: 30 });
    expect(limiter.take('bob').allowed).toBe(true);
    clock.advance(29_999);
    expect(limiter.take('ann')).toMatchObject({ allowed: false, retryAfterSeconds: 1 });
    clock.advance(1);
    expect(limiter.take('ann').allowed).toBe(true);
    expect(limiter.take('ann').allowed).toBe(false);
  });

  it('holds the rate over a long time, whatever the steps', () => {
    const clock = testClock();
    const limiter = createRateLimiter({ limit: 10, windowMs: 1_000, clock });
    let allowed = 0;
    for (let ms = 0; ms < 10_000; ms += 7) {
      if (limiter.take('ann').allowed) allowed += 1;
      clock.advance(7);
    }
    expect(allowed).toBeGreaterThanOrEqual(108);
    expect(allowed).toBeLessThanOrEqual(110);
  });

  it('is off at 0', () => {
    const limiter = createRateLimiter({ limit: 0, windowMs: 1_000, clock: testClock() });
    expect(Array.from({ length: 1_000 }, () => limiter.take('ann').allowed)).not.toContain(false);
  });
});

describe('the concurrency limiter', () => {
  it('gives so many places, and a place back only once', () => {
    const limiter = createConcurrencyLimiter(2);
    const first = limiter.tryAcquire();
    limiter.tryAcquire();
    expect(limiter.tryAcquire()).toBeUndefined();
    first?.();
    first?.();
    expect(limiter.active).toBe(1);
    expect(limiter.tryAcquire()).toBeTypeOf('function');
    expect(limiter.tryAcquire()).toBeUndefined();
  });
});
