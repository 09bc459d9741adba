import { nearest } from '@coder/api';

/** What would be right instead of a wrong name: ` Did you mean "cpus"?`, else ` Known are: cpus, memory.` */
export function suggestion(wrong: string, known: Iterable<string>): string {
  const names = [...known];
  const near = nearest(wrong, names);
  if (near !== undefined) return ` Did you mean "${near}"?`;
  if (names.length === 0) return ' There are none.';
  const shown = names.slice(0, 20).join(', ');
  return ` Known are: ${shown}${names.length > 20 ? ', …' : ''}.`;
}
