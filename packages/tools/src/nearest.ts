import { distance } from 'fastest-levenshtein';

/** The candidate most like a word, by edit distance; undefined when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: { candidate: string; far: number } | undefined;
  for (const candidate of candidates) {
    const far = distance(word.toLowerCase(), candidate);
    if (!best || far < best.far) best = { candidate, far };
  }
  return best && best.far <= Math.max(3, word.length / 2) ? best.candidate : undefined;
}
