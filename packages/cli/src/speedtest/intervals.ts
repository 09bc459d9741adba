/** How many bytes passed between two times, in milliseconds from the start. */
export type Measured = { from: number; to: number; bytes: number };

const INTERVAL_MS = 1_000;

/** Counts bytes by the second, until `ms` have passed since the first of them. */
export function createIntervals(ms: number, now: () => number = () => performance.now()) {
  const seconds: number[] = [];
  let start: number | undefined;

  return {
    /** Counts a part that has passed. False when the time is over. */
    count(bytes: number): boolean {
      start ??= now();
      const passed = now() - start;
      const second = Math.floor(Math.min(passed, ms - 1) / INTERVAL_MS);
      while (seconds.length <= second) seconds.push(0);
      seconds[second] = (seconds[second] ?? 0) + bytes;
      return passed < ms;
    },
    /** What was counted; the last interval goes on until now, when all of it has arrived. */
    all(): Measured[] {
      const passed = start === undefined ? 0 : now() - start;
      return seconds.map((bytes, at) => ({
        from: at * INTERVAL_MS,
        to: at === seconds.length - 1 ? passed : (at + 1) * INTERVAL_MS,
        bytes,
      }));
    },
  };
}
