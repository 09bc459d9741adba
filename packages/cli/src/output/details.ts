import { plain } from './table.ts';

/** Facts about one thing, a line each: the name, then the value. Empty ones are left out; a list takes a line an entry. */
export function renderDetails(facts: readonly (readonly [string, string | readonly string[]])[]): string {
  const width = Math.max(0, ...facts.map(([name]) => name.length));
  return facts
    .flatMap(([name, value]) => {
      const lines = (typeof value === 'string' ? [value] : value).filter((line) => line !== '');
      return lines.map((line, index) => `${(index === 0 ? name : '').padEnd(width)}  ${plain(line)}`);
    })
    .join('\n');
}
