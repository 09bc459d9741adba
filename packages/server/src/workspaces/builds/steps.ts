export type Steps = {
  /** Notes how long it took since the step before. */
  done(step: string): void;
  milliseconds(): Readonly<Record<string, number>>;
};

/** How long each step of a build takes, for the debug log. */
export function createSteps(): Steps {
  const taken: Record<string, number> = {};
  let last = performance.now();
  return {
    done(step) {
      const now = performance.now();
      taken[step] = Math.round((now - last) * 10) / 10;
      last = now;
    },
    milliseconds: () => taken,
  };
}
