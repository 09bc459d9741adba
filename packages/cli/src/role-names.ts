import { nearest } from '@coder/api';
import { CliError } from './cli-error.ts';

/** The role that everybody has and nobody is given. */
const implied: ReadonlySet<string> = new Set(['member', 'organization-member']);

/**
 * The roles that were asked for, each once, without the one that everybody has. Throws with the nearest name, or all there are,
 * when one of them is unknown.
 */
export function checkRoles(asked: readonly string[], known: readonly { name: string }[]): string[] {
  const names = known.map(({ name }) => name);
  for (const role of asked) {
    if (names.includes(role) || implied.has(role)) continue;
    const meant = nearest(role, names);
    throw new CliError(
      `There is no role "${role}". ${meant === undefined ? `There are: ${names.join(', ')}.` : `Did you mean "${meant}"?`}`,
    );
  }
  return [...new Set(asked)].filter((role) => !implied.has(role));
}
