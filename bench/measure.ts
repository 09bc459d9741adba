import { setTimeout as sleep } from 'node:timers/promises';

/** The value below which the share `p` (0 to 1) of the samples lies. */
function percentile(samples: readonly number[], p: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN;
}

/** A way to do something once, which tells how many milliseconds it took. */
export type Timed = () => Promise<number>;

export const timed =
  (run: () => Promise<unknown>): Timed =>
  async () => {
    const started = performance.now();
    await run();
    return performance.now() - started;
  };

/** Long enough for what either of two things does behind its answer (the longest is a fork), so that the other does not pay for it. */
const BETWEEN_MS = 2;

/**
 * The median milliseconds of two things, each done `count` times in turns, so that what else the machine does hits both, after
 * `warmUp` turns that do not count.
 */
export async function inTurns(
  count: number,
  warmUp: number,
  subject: Timed,
  reference: Timed,
): Promise<{ subject: number; reference: number }> {
  const samples: { subject: number[]; reference: number[] } = { subject: [], reference: [] };
  for (let i = -warmUp; i < count; i += 1) {
    for (const [name, run] of Object.entries({ reference, subject })) {
      const ms = await run();
      if (i >= 0) samples[name as keyof typeof samples].push(ms);
      await sleep(BETWEEN_MS);
    }
  }
  return { subject: percentile(samples.subject, 0.5), reference: percentile(samples.reference, 0.5) };
}

/** Runs a second with `concurrency` calls under way, `ms` long; a failed call fails the measurement. */
export async function throughput(
  concurrency: number,
  ms: number,
  run: () => Promise<unknown>,
): Promise<number> {
  const until = performance.now() + ms;
  const started = performance.now();
  let done = 0;
  const worker = async () => {
    while (performance.now() < until) {
      await run();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return done / ((performance.now() - started) / 1000);
}

/**
 * Measures two things in turns, so that what else the machine does hits both, after `warmUp` rounds that do not count; the medians
 * of each.
 */
export async function compare(
  rounds: number,
  warmUp: number,
  subject: () => Promise<number>,
  reference: () => Promise<number>,
): Promise<{ subject: number; reference: number }> {
  const a: number[] = [];
  const b: number[] = [];
  for (let i = -warmUp; i < rounds; i += 1) {
    const of = { reference: await reference(), subject: await subject() };
    if (i < 0) continue;
    b.push(of.reference);
    a.push(of.subject);
  }
  return { subject: percentile(a, 0.5), reference: percentile(b, 0.5) };
}
