/** How long to wait before each dial: the first retry is fast, later ones grow to `cap`, each with jitter so that agents do not return in step. */
export function createBackoff(options: { firstMs: number; capMs: number; random?: () => number }): {
  next(): number;
  reset(): void;
} {
  const random = options.random ?? Math.random;
  let failures = 0;
  return {
    next() {
      const full = Math.min(options.capMs, options.firstMs * 2 ** failures);
      failures = Math.min(failures + 1, 30);
      return Math.round(full * (0.5 + random() / 2));
    },
    reset() {
      failures = 0;
    },
  };
}
