import { ApiError, isUuid, nearest } from '@coder/api';

/** What a search that makes no sense is answered with; each detail is one thing that is wrong with its `q`. */
export function badSearch(...details: string[]): ApiError {
  return new ApiError('VALIDATION_FAILED', {
    message: 'Query parameters have invalid values.',
    validations: details.map((detail) => ({ field: 'q', detail })),
  });
}

/** The value of a key that is yes or no. Throws VALIDATION_FAILED for anything else, as all readers here do. */
export function searchBoolean(key: string, value: string): boolean {
  const word = value.toLowerCase();
  if (['true', '1', 'yes'].includes(word)) return true;
  if (['false', '0', 'no'].includes(word)) return false;
  throw badSearch(`${key}: must be true or false`);
}

/** Known words, separated by commas. */
export function searchChoices(key: string, value: string, choices: readonly string[]): string[] {
  const chosen = searchList(value.toLowerCase());
  const wrong = chosen.filter((choice) => !choices.includes(choice));
  if (wrong.length > 0) {
    throw badSearch(...wrong.map((choice) => noChoice(key, choice, choices)));
  }
  return chosen;
}

/** One known word. */
export function searchChoice(key: string, value: string, choices: readonly string[]): string {
  const choice = value.toLowerCase();
  if (choices.includes(choice)) return choice;
  throw badSearch(noChoice(key, value, choices));
}

function noChoice(key: string, value: string, choices: readonly string[]): string {
  const near = nearest(value, choices);
  const meant = near === undefined ? '' : `. Did you mean "${near}"?`;
  return `${key}: "${value}" is not one of ${choices.join(', ')}${meant}`;
}

/** Ids, separated by commas; `what` says whose. */
export function searchIds(key: string, value: string, what: string): string[] {
  const ids = searchList(value.toLowerCase());
  if (!ids.every(isUuid)) throw badSearch(`${key}: must be ${what} ids, separated by commas`);
  return ids;
}

/** A date, which is its beginning in UTC, or an RFC 3339 time. */
export function searchTime(key: string, value: string): Date {
  const time = new Date(value.toUpperCase());
  if (/^\d{4}-\d\d-\d\d(T|$)/i.test(value) && !Number.isNaN(time.getTime())) return time;
  throw badSearch(`${key}: "${value}" is not a date (YYYY-MM-DD) or an RFC 3339 time`);
}

/** A word as the pattern of a LIKE that finds it anywhere. */
export function containsPattern(word: string): string {
  return `%${word.replaceAll(/[\\%_]/g, (character) => `\\${character}`)}%`;
}

function searchList(value: string): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
