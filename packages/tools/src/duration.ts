import { parseDuration } from '@coder/api';
import * as z from 'zod';

/** Milliseconds of a duration such as `1m30s`; a bare number counts seconds, as models write it. Undefined when it is neither. */
export function parseWait(text: string): number | undefined {
  return parseDuration(/^\d+(\.\d+)?$/.test(text) ? `${text}s` : text);
}

/** Milliseconds as Go writes them, and so upstream in its answers: `5m0s`, `10s`, `250ms`. */
export function goDuration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${milliseconds}ms`;
  const hours = Math.floor(milliseconds / 3_600_000);
  const minutes = Math.floor((milliseconds % 3_600_000) / 60_000);
  const seconds = (milliseconds % 60_000) / 1_000;
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

/** An argument that {@link parseWait} reads. */
export const durationText = z
  .string()
  .refine((text) => parseWait(text) !== undefined, 'must be a duration such as "30s" or "1m30s"');
