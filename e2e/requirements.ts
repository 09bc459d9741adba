import { access } from './requirements/access.ts';
import { commandLine } from './requirements/command-line.ts';
import { dashboard } from './requirements/dashboard.ts';
import { mcp } from './requirements/mcp.ts';
import { start } from './requirements/start.ts';

/**
 * Everything the product promises to its users, as data: the list to read to know what it does. A test says which of
 * them it verifies; a check fails for one that no test verifies.
 */
export const requirements = [...start, ...commandLine, ...mcp, ...dashboard, ...access] as const;

export type RequirementId = (typeof requirements)[number]['id'];

/** The title of a test that verifies a requirement: `test(verifies('cli.list'), …)`. */
export function verifies(id: RequirementId): string {
  const found = requirements.find((requirement) => requirement.id === id);
  return `${id}: ${found?.promise}`;
}
