import { type ApiClient, allPages } from '@coder/api';
import * as z from 'zod';
import { ToolError } from '../tool-error.ts';

/** Where something is made, when there is more than one place. */
export const organizationArgument = z
  .string()
  .min(1)
  .optional()
  .describe('Organization name or id; needed only if you have several');

/** The organization that a caller names, or the only one it belongs to. The server says whether it may be used. */
export async function chooseOrganization(client: ApiClient, wanted: string | undefined): Promise<string> {
  if (wanted !== undefined) return wanted.trim();
  const own = await allPages((page) => client.users.organizations({ user: 'me', ...page }));
  const [only] = own;
  if (own.length === 1 && only) return only.id;
  throw new ToolError(
    own.length === 0
      ? 'You belong to no organization. Give organization_id; coder_list_organizations lists them.'
      : `You belong to several organizations: ${own.map(({ name }) => name).join(', ')}. Give organization_id; coder_list_organizations tells more of them.`,
  );
}
