import type { Clock } from '../../clock.ts';

/** One step of a build, as it is kept with the job. Times as in answers. */
export type TakenStep = { readonly step: string; readonly started_at: string; readonly ended_at: string };

export type Steps = {
  /** Notes that a step is over, which began when the one before ended. */
  done(step: string): void;
  milliseconds(): Readonly<Record<string, number>>;
  taken(): readonly TakenStep[];
};

/** How long each step of a build takes: for the debug log, and for who wants to know what a build waits for. */
export function createSteps(clock: Clock): Steps {
  const milliseconds: Record<string, number> = {};
  const taken: TakenStep[] = [];
  let last = performance.now();
  let at = clock.now();
  return {
    done(step) {
      const [now, ended] = [performance.now(), clock.now()];
      milliseconds[step] = Math.round((now - last) * 10) / 10;
      taken.push({ step, started_at: at.toISOString(), ended_at: ended.toISOString() });
      [last, at] = [now, ended];
    },
    milliseconds: () => milliseconds,
    taken: () => taken,
  };
}
