import type { ApiClient, Template } from '@coder/api';
import { CliError } from './cli-error.ts';

/** Finds a template by name, in the named organization or in all one can see. */
export async function findTemplate(
  client: ApiClient,
  name: string,
  organization?: string,
): Promise<Template> {
  const all =
    organization === undefined
      ? await client.templates.list({})
      : await client.templates.listInOrganization({ organization });
  const found = all.filter((t) => t.name.toLowerCase() === name.toLowerCase());
  if (found.length === 1 && found[0]) return found[0];
  if (found.length > 1) {
    const where = found.map((t) => t.organization_name).join(', ');
    throw new CliError(`Several organizations have a template "${name}": ${where}. Choose with --org.`);
  }
  const have = all.map((t) => t.name).join(', ');
  throw new CliError(
    have === ''
      ? `No template "${name}". There are none yet: publish one with "coder templates push".`
      : `No template "${name}". There are: ${have}.`,
  );
}
