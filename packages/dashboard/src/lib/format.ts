const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `1.5 GiB`: a number of bytes in the largest unit that leaves at least one. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : Math.round(value * 10) / 10} ${units[unit]}`;
}

/** The two greatest units of a time span: `3 d 4 h`, `12 min`, `8 s`. */
export function formatSpan(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  if (first === -1) return '0 s';
  const shown = parts.slice(first, first < 2 ? first + 2 : first + 1).filter(([value]) => value > 0);
  return shown.map(([value, unit]) => `${value} ${unit}`).join(' ');
}

/** A time span in words, for a choice: `1 hour`, `30 days`. It is shown in the largest unit that it is a multiple of. */
export function formatWords(seconds: number): string {
  const sizes = [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
  ] as const;
  const [size, unit] = sizes.find(([length]) => seconds % length === 0) ?? [1, 'second'];
  const count = seconds / size;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** How long ago, or how far ahead, a time is. */
export function formatAgo(time: string, now: number): string {
  const at = Date.parse(time);
  // Upstream writes the year 1 for what has not happened.
  if (Number.isNaN(at) || at <= 0) return 'never';
  const past = now - at;
  if (past < 0) return past > -5000 ? 'now' : `in ${formatSpan(-past)}`;
  return past < 5000 ? 'now' : `${formatSpan(past)} ago`;
}
