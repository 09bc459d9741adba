import type { Clock } from '../clock.ts';

export interface TestClock extends Clock {
  /** Moves the time forward by so many milliseconds. */
  advance(milliseconds: number): void;
  set(time: Date): void;
}

/** A clock that stands still until it is moved. */
export function testClock(start: Date | string = '2026-01-02T03:04:05.000Z'): TestClock {
  let now = new Date(start).getTime();
  return {
    now: () => new Date(now),
    advance: (milliseconds) => {
      now += milliseconds;
    },
    set: (time) => {
      now = time.getTime();
    },
  };
}
