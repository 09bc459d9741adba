import * as z from 'zod';
import { startBudget } from '../budget.ts';
import { jsonResult } from '../result.ts';
import { ToolError } from '../tool-error.ts';
import { actingToolsets, defineTool, destroys } from '../tool-parts.ts';
import { pathArgument, workspaceArgument } from '../workspace/arguments.ts';
import { enterWorkspace } from '../workspace/open.ts';

export const workspaceCopy = defineTool({
  name: 'coder_workspace_copy',
  title: 'Copy files',
  description:
    'Copy a file or folder from one workspace to another, or within one (started if stopped), whole or not at all. Gives its SHA-256.',
  toolsets: actingToolsets,
  permissions: ['workspace:read', 'workspace:ssh'],
  annotations: destroys,
  input: z.strictObject({
    workspace: workspaceArgument,
    path: pathArgument,
    to_workspace: workspaceArgument.optional().describe('Default: the same'),
    to_path: pathArgument.describe('Of the copy; with a / at its end: the folder it goes into'),
    overwrite: z
      .boolean()
      .optional()
      .describe('Replace a file that is there; a folder is then added to, file by file'),
  }),
  aliases: { from_workspace: 'workspace', from_path: 'path' },
  handler: async (client, args, context) => {
    const budget = startBudget(context);
    const from = await enterWorkspace(client, args.workspace, context, budget);
    const to =
      args.to_workspace === undefined
        ? from
        : await enterWorkspace(client, args.to_workspace, context, budget);
    context.progress?.(`Copying ${args.path}`);
    const left = budget.left();
    const over = AbortSignal.timeout(left);
    const copying = client.files.copy(
      {
        agent: to.agent.id,
        path: args.to_path,
        from_agent: from.agent.id,
        from_path: args.path,
        overwrite: args.overwrite ?? false,
      },
      { signal: AbortSignal.any([context.signal, over]) },
    );
    const copied = await Promise.race([copying, aborted(over)]).catch((error: unknown) => {
      if (!over.aborted) throw error;
      copying.catch(() => undefined);
      throw new ToolError(
        `The copy was given up after ${Math.round(left / 1_000)} s, since no call waits longer. What had not arrived whole is not kept; look at ${args.to_path}, and copy parts of it, or an archive.`,
        { cause: error },
      );
    });
    const { skipped, skipped_paths: paths, ...copy } = copied;
    if (skipped === 0) return jsonResult(copy);
    const others = skipped - paths.length;
    return jsonResult({
      ...copy,
      skipped,
      note: `Not copied, because they are links that lead out of the folder or no files: ${paths.join(', ')}${others > 0 ? ` and ${others} more` : ''}.`,
    });
  },
});

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
