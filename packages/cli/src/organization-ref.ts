import { type ApiClient, ApiError, allPages, type Organization } from '@coder/api';
import { Option } from 'commander';
import { CliError } from './cli-error.ts';

/** `-O, --org`, which everything within an organization takes. */
export function orgOption(): Option {
  return new Option('-O, --org <name>', 'organization, by name or id').env('CODER_ORGANIZATION');
}

/** An organization by name, id or "default"; the error names the ones there are. */
export async function findOrganization(client: ApiClient, ref: string): Promise<Organization> {
  try {
    return await client.organizations.get({ organization: ref });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    const all = await allPages((page) => client.organizations.list(page));
    const have = all.map((organization) => organization.name).join(', ');
    throw new CliError(
      have === ''
        ? `No organization "${ref}", and none that you can see. Ask an owner to add you to one.`
        : `No organization "${ref}". There are: ${have}.`,
    );
  }
}

/** The organization that was named, or the only one the user belongs to. */
export async function chosenOrganization(client: ApiClient, org: string | undefined): Promise<Organization> {
  if (org !== undefined) return findOrganization(client, org);
  const mine = await allPages((page) => client.users.organizations({ user: 'me', ...page }));
  if (mine.length === 1 && mine[0]) return mine[0];
  throw new CliError(
    mine.length === 0
      ? 'You belong to no organization. Say which with --org; "coder organizations list" shows them.'
      : `You belong to several organizations. Say which with --org: ${mine.map(({ name }) => name).join(', ')}.`,
  );
}
