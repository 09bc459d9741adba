import { distance } from 'fastest-levenshtein';

/** A longer name is compared by its beginning, so that a long one from outside costs nothing. */
const COMPARED = 100;

/**
 * The known name that a wrong one was probably meant to be; undefined when none is near. How the words of a name are
 * joined and their case do not matter.
 */
export function nearest(wrong: string, known: Iterable<string>): string | undefined {
  const simple = simplified(wrong);
  let best: string | undefined;
  // Two letters that changed places count two.
  const allowed = simple.length < 4 ? 1 : Math.max(2, Math.floor(simple.length / 3));
  let bestDistance = allowed + 1;
  for (const name of known) {
    const found = distance(simple, simplified(name));
    if (found < bestDistance) [best, bestDistance] = [name, found];
  }
  return best;
}

function simplified(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[-_\s]/g, '')
    .slice(0, COMPARED);
}
