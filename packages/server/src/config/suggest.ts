import { nearest } from '@coder/api';

/** The option or path that was probably meant: by its whole name, else by its last part (`accesURL` without its group). */
export function suggest(written: string, candidates: readonly string[]): string | undefined {
  const whole = nearest(written, candidates);
  if (whole !== undefined) return whole;
  const last = nearest(lastPart(written), candidates.map(lastPart));
  return candidates.find((candidate) => lastPart(candidate) === last);
}

const lastPart = (path: string): string => path.slice(path.lastIndexOf('.') + 1);
