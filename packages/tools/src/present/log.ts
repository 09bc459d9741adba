import { OUTPUT_LIMIT } from './output.ts';

/** One line of a stored log. */
export type LogLine = { id: number; output: string };

/**
 * The lines as upstream's array of strings, within the budget: the beginning and the end, and in place of the middle a
 * line that says how to read it.
 */
export function presentLog(lines: readonly LogLine[], tool: string): string[] {
  const sizes = lines.map((line) => JSON.stringify(line.output).length + 1);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= OUTPUT_LIMIT) return lines.map((line) => clean(line.output));
  const head = within(sizes, OUTPUT_LIMIT / 4);
  const tail = within([...sizes].reverse(), (OUTPUT_LIMIT * 3) / 4);
  const left = lines.length - head - tail;
  // A line longer than the whole budget is shown cut rather than not at all.
  if (left <= 0 || head + tail === 0)
    return lines.map((line) => clean(line.output).slice(0, OUTPUT_LIMIT / 8));
  const after = lines[head - 1]?.id ?? (lines[0]?.id ?? 1) - 1;
  return [
    ...lines.slice(0, head).map((line) => clean(line.output)),
    `[… ${left} lines left out; read them with ${tool}, after ${after} …]`,
    ...lines.slice(lines.length - tail).map((line) => clean(line.output)),
  ];
}

/** How many of the sizes fit into the limit, from the first on. */
function within(sizes: readonly number[], limit: number): number {
  let sum = 0;
  const beyond = sizes.findIndex((size) => {
    sum += size;
    return sum > limit;
  });
  return beyond === -1 ? sizes.length : beyond;
}

const clean = (text: string): string => text.replaceAll('\0', '');
