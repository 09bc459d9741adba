import { type ApiClient, allPages, type Template } from '@coder/api';
import { CliError } from './cli-error.ts';

/** Finds a template by its name in any case, in the named organization or in all one can see. */
export async function findTemplate(
  client: ApiClient,
  name: string,
  organization?: string,
): Promise<Template> {
  const list = (q?: string) =>
    allPages((page) =>
      organization === undefined
        ? client.templates.list({ q, ...page })
        : client.templates.listInOrganization({ organization, q, ...page }),
    );
  // What no name can hold would end the quotes of the search.
  const named = name === '' || name.includes('"') ? [] : await list(`exact_name:"${name}"`);
  const found = named.filter((t) => t.name.toLowerCase() === name.toLowerCase());
  if (found.length === 1 && found[0]) return found[0];
  if (found.length > 1) {
    const where = found.map((t) => t.organization_name).join(', ');
    throw new CliError(`Several organizations have a template "${name}": ${where}. Choose with --org.`);
  }
  const have = (await list()).map((t) => t.name).join(', ');
  throw new CliError(
    have === ''
      ? `No template "${name}". There are none yet: publish one with "coder templates push".`
      : `No template "${name}". There are: ${have}.`,
  );
}
