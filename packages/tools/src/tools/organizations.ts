import { allPages } from '@coder/api';
import * as z from 'zod';
import { jsonResult } from '../result.ts';
import { defineTool, readingToolsets, reads } from '../tool-parts.ts';
import { detailArgument } from '../workspace/arguments.ts';

export const listOrganizations = defineTool({
  name: 'coder_list_organizations',
  title: 'List organizations',
  description: 'Organizations you belong to.',
  toolsets: readingToolsets,
  permissions: [],
  annotations: reads,
  input: z.strictObject({ detail: detailArgument }),
  handler: async (client, args) => {
    const organizations = await allPages((page) => client.users.organizations({ user: 'me', ...page }));
    if (args.detail === 'full') return jsonResult(organizations);
    return jsonResult(
      organizations.map(({ id, name, display_name, description, is_default }) => ({
        name,
        ...(display_name === '' || display_name === name ? {} : { display_name }),
        ...(description === '' ? {} : { description }),
        ...(is_default ? { is_default } : {}),
        id,
      })),
    );
  },
});
