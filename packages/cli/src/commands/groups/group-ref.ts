import { type ApiClient, ApiError, type Group, isUuid, type Organization } from '@coder/api';
import { CliError } from '../../cli-error.ts';
import { findUser } from '../users/user-ref.ts';

/** What a user may type for a group. */
export const groupArgument = ['<group>', 'name or id'] as const;

const PAGE = 200;

/** All groups of an organization. */
export async function allGroups(client: ApiClient, organization: string): Promise<Group[]> {
  const all: Group[] = [];
  for (;;) {
    const page = await client.groups.listInOrganization({ organization, limit: PAGE, offset: all.length });
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

/** A group of an organization; the error names the ones there are. */
export async function findGroup(client: ApiClient, organization: Organization, ref: string): Promise<Group> {
  try {
    return isUuid(ref)
      ? await client.groups.get({ group: ref.toLowerCase() })
      : await client.groups.getByName({ organization: organization.id, name: ref });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    const have = (await allGroups(client, organization.id)).map((group) => group.name).join(', ');
    throw new CliError(`No group "${ref}" in ${organization.name}. There are: ${have}.`);
  }
}

/** The ids of users that were typed. */
export async function userIds(client: ApiClient, refs: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const ref of refs) ids.push((await findUser(client, ref)).id);
  return ids;
}
