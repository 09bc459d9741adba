import * as z from 'zod';

const units: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};
const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/gy;

/** Milliseconds of a Go duration such as `1m30s`; a bare number counts seconds. Undefined when it is neither. */
export function parseDuration(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1_000);
  part.lastIndex = 0;
  let milliseconds = 0;
  let end = 0;
  for (let match = part.exec(text); match; match = part.exec(text)) {
    milliseconds += Number(match[1]) * (units[match[2] as string] as number);
    end = part.lastIndex;
  }
  return end === text.length && text !== '' ? Math.round(milliseconds) : undefined;
}

/** Milliseconds as Go writes them: `5m0s`, `10s`, `250ms`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${milliseconds}ms`;
  const hours = Math.floor(milliseconds / 3_600_000);
  const minutes = Math.floor((milliseconds % 3_600_000) / 60_000);
  const seconds = (milliseconds % 60_000) / 1_000;
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

/** An argument that is a Go duration string. */
export const durationText = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, 'must be a duration such as "30s" or "1m30s"');
