import { Option } from 'commander';
import { renderTable } from './table.ts';

export type OutputFormat = 'table' | 'json';

/** `--output json|table`, which every list takes. */
export function outputOption(): Option {
  return new Option('-o, --output <format>', 'how to print').choices(['table', 'json']).default('table');
}

/** Prints a list as a table for people or as JSON for programs. */
export function printList<T>(
  format: OutputFormat,
  items: readonly T[],
  columns: Record<string, (item: T) => string>,
  empty: string,
): void {
  if (format === 'json') {
    console.log(JSON.stringify(items, null, 2));
    return;
  }
  if (items.length === 0) {
    console.error(empty);
    return;
  }
  const headings = Object.keys(columns);
  console.log(
    renderTable(
      headings,
      items.map((item) => headings.map((heading) => columns[heading]?.(item) ?? '')),
    ),
  );
}

/** Bytes as people read them: 1.5 GiB. */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** A length of time as people read it: the two largest units. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([n]) => n > 0);
  if (first < 0) return '0s';
  return parts
    .slice(first, first + 2)
    .filter(([n]) => n > 0)
    .map(([n, unit]) => `${n}${unit}`)
    .join('');
}
