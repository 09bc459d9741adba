import { ApiError, type Validation } from '@coder/api';

/** The terms of a `q=` search: values by key, and the words that have none. */
export type SearchTerms = { readonly keys: ReadonlyMap<string, string>; readonly words: readonly string[] };

const term = /(?:([a-z_]+):)?(?:"([^"]*)"|(\S+))/gy;

/**
 * Reads upstream's filter syntax: `key:value`, `key:"with spaces"` and bare words, separated by spaces. Throws
 * VALIDATION_FAILED for a key that is not among `allowed` or comes twice.
 */
export function parseSearch(q: string | undefined, allowed: readonly string[]): SearchTerms {
  const keys = new Map<string, string>();
  const words: string[] = [];
  const problems: Validation[] = [];
  const text = (q ?? '').trim();
  const problem = (detail: string) => problems.push({ field: 'q', detail });
  for (let at = 0; at < text.length; ) {
    term.lastIndex = at;
    const match = term.exec(text);
    if (!match) {
      problem(
        `cannot be read from ${JSON.stringify(text.slice(at))} on; write key:value or key:"with spaces"`,
      );
      break;
    }
    const [whole, key, quoted, bare = ''] = match;
    const value = quoted ?? bare;
    if (key === undefined) words.push(value);
    else if (!allowed.includes(key)) {
      problem(`"${key}" is not a key of this search; the keys are ${allowed.join(', ')}`);
    } else if (keys.has(key)) problem(`"${key}" comes twice`);
    else keys.set(key, value);
    at += whole.length;
    while (text[at] === ' ') at += 1;
  }
  if (problems.length > 0) throw badSearch(problems);
  return { keys, words };
}

/** What a search with values that make no sense is answered with. */
export function badSearch(validations: Validation[]): ApiError {
  return new ApiError('VALIDATION_FAILED', {
    message: 'Query parameters have invalid values.',
    validations,
  });
}

/** Reads a date or time of a search; throws VALIDATION_FAILED when it is none. */
export function searchTime(terms: SearchTerms, key: string): Date | undefined {
  const value = terms.keys.get(key);
  if (value === undefined) return undefined;
  const time = new Date(value);
  if (Number.isNaN(time.getTime()) || !/^\d{4}-\d{2}-\d{2}/.test(value)) {
    throw badSearch([
      { field: 'q', detail: `${key}: "${value}" is not a date (YYYY-MM-DD) or an RFC 3339 time` },
    ]);
  }
  return time;
}

/** Reads a comma-separated list of known words; throws VALIDATION_FAILED for one that is not among them. */
export function searchChoices(
  terms: SearchTerms,
  key: string,
  choices: readonly string[],
): string[] | undefined {
  const value = terms.keys.get(key);
  if (value === undefined) return undefined;
  const chosen = value.toLowerCase().split(',');
  const wrong = chosen.filter((choice) => !choices.includes(choice));
  if (wrong.length > 0) {
    throw badSearch(
      wrong.map((choice) => ({
        field: 'q',
        detail: `${key}: "${choice}" is not one of ${choices.join(', ')}`,
      })),
    );
  }
  return chosen;
}

/** A word as the pattern of a LIKE that finds it anywhere. */
export function containsPattern(word: string): string {
  return `%${word.replaceAll(/[\\%_]/g, (character) => `\\${character}`)}%`;
}
