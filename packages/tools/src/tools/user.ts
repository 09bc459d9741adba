import * as z from 'zod';
import { jsonResult } from '../result.ts';
import { defineTool, readingToolsets, reads } from '../tool-parts.ts';
import { detailArgument } from '../workspace/arguments.ts';

export const getAuthenticatedUser = defineTool({
  name: 'coder_get_authenticated_user',
  title: 'Who am I',
  description: 'The user these tools act for.',
  toolsets: readingToolsets,
  permissions: [],
  annotations: reads,
  input: z.strictObject({ detail: detailArgument }),
  handler: async (client, args) => {
    const user = await client.users.get({ user: 'me' });
    if (args.detail === 'full') return jsonResult(user);
    return jsonResult({
      id: user.id,
      username: user.username,
      ...(user.name === '' ? {} : { name: user.name }),
      email: user.email,
      roles: user.roles.map((role) => role.name),
      organization_ids: user.organization_ids,
    });
  },
});
