import { ApiError, SESSION_TOKEN_COOKIE } from '@coder/api';

/** The query of a raw route by its names, without what authenticated the request. */
export type RawQuery = Readonly<Record<string, string>>;

/** Tokens that upstream's clients may send in the query; they are for us alone. */
const ours = new Set([SESSION_TOKEN_COOKIE, 'access_token']);

/**
 * Reads a query once, for whoever asks about the call and whoever carries it out. Throws VALIDATION_FAILED for a name that is
 * given twice: each of them could take another of the values for the one that is meant.
 */
export function rawQuery(url: URL): RawQuery {
  if (url.search === '') return {};
  const given = [...url.searchParams];
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const [name] of given) (seen.has(name) ? twice : seen).add(name);
  if (twice.size > 0) {
    throw new ApiError('VALIDATION_FAILED', {
      validations: [...twice].map((field) => ({ field, detail: 'is given more than once; give it once' })),
    });
  }
  return Object.fromEntries(given.filter(([name]) => !ours.has(name)));
}
