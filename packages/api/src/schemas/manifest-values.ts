import * as z from 'zod';
import { parseDuration } from '../duration.ts';

const sizeUnits: Record<string, number> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};
const DURATION = /^(?:0|(?:\d+[smhd])+)$/;
const SIZE = /^(\d+(?:\.\d+)?)\s*(B|[KMGT]i?B)$/;

/** Bytes of a size such as `512MiB` or `1.5GB`; undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const match = SIZE.exec(text.trim());
  if (!match) return undefined;
  const bytes = Math.round(Number(match[1]) * sizeUnits[match[2]!]!);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** One reference, the only expression there is: `${{ parameters.cpus }}`, `${{ workspace.name }}`, `${{ owner.name }}`. */
export const REFERENCE = /\$\{\{(.*?)\}\}/gs;

/** Whether a text holds a reference, so that its value is known only when a workspace is built. */
export const hasReference = (text: string): boolean => text.includes('${{');

/** A duration between two bounds, in milliseconds once it is read. */
export const duration = (min: string, max: string) =>
  z
    .string({ error: `must be a duration such as "10s", "5m" or "1h30m"` })
    .regex(DURATION, 'must be a duration such as "10s", "5m" or "1h30m"')
    .refine(
      (text) => within(parseDuration(text), parseDuration(min)!, parseDuration(max)!),
      `must be between ${min} and ${max}`,
    );

/** A size in bytes with its unit, or a text that becomes one when its references are replaced. */
export const size = z
  .string({ error: 'must be a size with its unit, such as "512MiB" or "2GiB"' })
  .refine(
    (text) => hasReference(text) || within(parseSize(text), 1, Number.MAX_SAFE_INTEGER),
    'must be a size with its unit, such as "512MiB" or "2GiB"',
  );

/** A number, or a text that becomes one when its references are replaced. */
export const numberOrReference = (number: z.ZodNumber, what: string) =>
  z.union([number, z.string().refine((text) => hasReference(text))], { error: what });

function within(value: number | undefined, min: number, max: number): boolean {
  return value !== undefined && value >= min && value <= max;
}
