import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the starter templates that come with the product. */
export const starterFolder = fileURLToPath(new URL('../../../templates', import.meta.url));

/** The starter templates' names. */
export function starterTemplates(): string[] {
  return readdirSync(starterFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
