const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
type Unit = keyof typeof unitMs;

/** Reads a duration as Go writes it (`120s`, `1h30m`, `1.5h`, `250ms`) in milliseconds; undefined if it is none. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g))
    total += Number(amount) * unitMs[unit as Unit];
  return Number.isSafeInteger(Math.round(total)) ? Math.round(total) : undefined;
}

/** Writes milliseconds as a duration that {@link parseDuration} reads, in the largest units that fit: `1h30m`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s';
  let rest = milliseconds;
  let text = '';
  for (const unit of ['h', 'm', 's', 'ms'] as const) {
    const amount = Math.floor(rest / unitMs[unit]);
    rest -= amount * unitMs[unit];
    if (amount > 0) text += `${amount}${unit}`;
  }
  return text;
}
