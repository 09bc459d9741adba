import { ApiError, type Validation } from '@coder/api';

export type Range = {
  readonly start: Date;
  readonly end: Date;
  readonly startText: string;
  readonly endText: string;
};

/** What is asked for at once: no more than is kept. */
const maxDays = 400;
const dayMs = 24 * 60 * 60_000;

/**
 * Reads the time that a report is about. It begins at a midnight and ends at one, each in the time zone it is written in; only
 * today, which is not over, ends at a full hour. Throws VALIDATION_FAILED with everything that is wrong.
 */
export function parseRange(startText: string, endText: string, now: Date): Range {
  const [start, end] = [new Date(startText), new Date(endText)];
  const validations: Validation[] = [];
  const wrong = (field: string, detail: string) => validations.push({ field, detail });
  if (!isMidnight(startText)) wrong('start_time', 'must be a midnight, such as 2026-01-31T00:00:00Z');
  if (start > now) wrong('start_time', 'must not lie in the future');
  if (!isFullHour(endText)) wrong('end_time', 'must be a full hour');
  else if (!isMidnight(endText) && now.getTime() - end.getTime() >= dayMs) {
    wrong('end_time', 'must be a midnight, unless it is today');
  }
  // The hour that is not over may be asked for whole.
  if (end.getTime() > now.getTime() + 60 * 60_000) wrong('end_time', 'must not lie in the future');
  if (end <= start) wrong('end_time', 'must be after start_time');
  else if (end.getTime() - start.getTime() > maxDays * dayMs) {
    wrong('end_time', `must be at most ${maxDays} days after start_time`);
  }
  if (validations.length > 0) throw new ApiError('VALIDATION_FAILED', { validations });
  return { start, end, startText, endText };
}

const isMidnight = (text: string) => /T00:00(?::00(?:\.0+)?)?(?:Z|[+-])/.test(text);
const isFullHour = (text: string) => /T\d\d:00(?::00(?:\.0+)?)?(?:Z|[+-])/.test(text);

/** The parts of a range of so many days each; the last may be shorter. */
export function partsOf({ start, end }: Range, days: number): { start: Date; end: Date }[] {
  const parts: { start: Date; end: Date }[] = [];
  for (let at = start.getTime(); at < end.getTime(); at += days * dayMs) {
    parts.push({ start: new Date(at), end: new Date(Math.min(at + days * dayMs, end.getTime())) });
  }
  return parts;
}
