import { distance } from 'fastest-levenshtein';

/** The candidate that is most like what was written, if one is like it at all. */
export function suggest(written: string, candidates: readonly string[]): string | undefined {
  const wanted = plain(written);
  let best: { candidate: string; far: number } | undefined;
  for (const candidate of candidates) {
    const last = candidate.split('.').at(-1) ?? candidate;
    const far = Math.min(
      distance(wanted, plain(candidate)),
      distance(plain(written.split('.').at(-1) ?? ''), plain(last)) + 0.5,
    );
    if (!best || far < best.far) best = { candidate, far };
  }
  return best && best.far <= Math.max(2, wanted.length / 4) ? best.candidate : undefined;
}

/** Spelling matters, not how the words are joined. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '');
}
