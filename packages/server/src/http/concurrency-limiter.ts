export interface ConcurrencyLimiter {
  /** Takes a place and returns the function that gives it back, or undefined if all are taken. */
  tryAcquire(): (() => void) | undefined;
  readonly active: number;
}

/** Lets so many run at once; 0 lets everything pass. */
export function createConcurrencyLimiter(max: number): ConcurrencyLimiter {
  let active = 0;
  return {
    get active() {
      return active;
    },
    tryAcquire() {
      if (max > 0 && active >= max) return undefined;
      active += 1;
      let held = true;
      return () => {
        if (held) active -= 1;
        held = false;
      };
    },
  };
}
