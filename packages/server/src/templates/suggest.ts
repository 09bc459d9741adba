import { distance } from 'fastest-levenshtein';

/** The known name that a wrong one was probably meant to be, or undefined when none is near. */
function nearest(wrong: string, known: Iterable<string>): string | undefined {
  const simple = simplified(wrong);
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wrong.length / 3)) + 1;
  for (const name of known) {
    const found = distance(simple, simplified(name));
    if (found < bestDistance) [best, bestDistance] = [name, found];
  }
  return best;
}

/** What would be right instead of a wrong name: ` Did you mean "cpus"?`, else ` Known are: cpus, memory.` */
export function suggestion(wrong: string, known: Iterable<string>): string {
  const names = [...known];
  const near = nearest(wrong, names);
  if (near !== undefined) return ` Did you mean "${near}"?`;
  if (names.length === 0) return ' There are none.';
  const shown = names.slice(0, 20).join(', ');
  return ` Known are: ${shown}${names.length > 20 ? ', …' : ''}.`;
}

const simplified = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[-_\s]/g, '')
    .slice(0, 100);
