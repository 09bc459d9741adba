import { badSearch } from './search-values.ts';

/** One part of a `q=`: `key:value`, or a bare term without a key. */
export type SearchTerm = { readonly key: string | undefined; readonly value: string };

/** The terms of a search whose keys each come at most once: values by key, and the words that have none. */
export type SearchTerms = { readonly keys: ReadonlyMap<string, string>; readonly words: readonly string[] };

/**
 * Splits upstream's filter syntax (`key:value`, `key:"with spaces"`, bare words) at spaces outside of quotes; the first
 * colon outside of quotes parts key and value. Keys are lower-cased. Throws VALIDATION_FAILED when a quotation mark is
 * not closed.
 */
export function searchTerms(text: string): SearchTerm[] {
  const found: SearchTerm[] = [];
  let key: string | undefined;
  let [value, begun, quoted] = ['', false, false];
  const end = () => {
    if (begun) found.push({ key: key?.toLowerCase(), value });
    [key, value, begun] = [undefined, '', false];
  };
  for (const character of text) {
    if (!quoted && /\s/.test(character)) {
      end();
      continue;
    }
    begun = true;
    if (character === '"') quoted = !quoted;
    else if (!quoted && character === ':' && key === undefined) [key, value] = [value, ''];
    else value += character;
  }
  if (quoted) throw badSearch('a quotation mark is not closed');
  end();
  return found;
}

/** Reads a search by keys. Throws VALIDATION_FAILED for a key that is not among `allowed`, comes twice or has no value. */
export function parseSearch(q: string | undefined, allowed: readonly string[]): SearchTerms {
  const keys = new Map<string, string>();
  const words: string[] = [];
  const problems: string[] = [];
  for (const { key, value } of searchTerms(q ?? '')) {
    if (key === undefined) words.push(value);
    else if (!allowed.includes(key)) {
      problems.push(`"${key}" is not a key of this search; the keys are ${allowed.join(', ')}`);
    } else if (keys.has(key)) problems.push(`"${key}" comes twice`);
    else if (value === '') problems.push(`${key}: must have a value`);
    else keys.set(key, value);
  }
  if (problems.length > 0) throw badSearch(...problems);
  return { keys, words };
}
