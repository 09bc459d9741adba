import { type ApiClient, MAX_PAGE_SIZE, type OrganizationMember } from '@coder/api';

/** All members of an organization. */
export async function allMembers(client: ApiClient, organization: string): Promise<OrganizationMember[]> {
  const all: OrganizationMember[] = [];
  for (;;) {
    const { members, count } = await client.organizations.paginatedMembers({
      organization,
      limit: MAX_PAGE_SIZE,
      offset: all.length,
    });
    all.push(...members);
    if (members.length === 0 || all.length >= count) return all;
  }
}
