const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d)/gy;

/**
 * Milliseconds of a duration as Go writes it (`90s`, `1h30m`, `1.5h`, `250ms`, `0`), and in days (`7d`), to the nearest
 * one; undefined for anything else. Every face of the platform reads durations with it.
 */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  let milliseconds = 0;
  let end = 0;
  for (const match of text.matchAll(part)) {
    milliseconds += Number(match[1]) * unitMs[match[2]!]!;
    end = match.index + match[0].length;
  }
  const whole = Math.round(milliseconds);
  return text !== '' && end === text.length && Number.isSafeInteger(whole) ? whole : undefined;
}

/** Writes milliseconds as a duration that {@link parseDuration} reads, in the largest units that fit up to hours: `1h30m`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s';
  let rest = milliseconds;
  let text = '';
  for (const unit of ['h', 'm', 's', 'ms']) {
    const amount = Math.floor(rest / unitMs[unit]!);
    rest -= amount * unitMs[unit]!;
    if (amount > 0) text += `${amount}${unit}`;
  }
  return text;
}
