import { type ApiClient, ApiError } from '@coder/api';
import type { FileEditStep } from '@coder/api/agent';
import * as z from 'zod';
import { startBudget } from '../budget.ts';
import { isRecord, jsonResult } from '../result.ts';
import type { ToolContext, ToolResult } from '../tool.ts';
import { describeFailure, ToolError } from '../tool-error.ts';
import { actingToolsets, dailyActing, defineTool, destroys } from '../tool-parts.ts';
import { pathArgument, workspaceArgument } from '../workspace/arguments.ts';
import { enterWorkspace } from '../workspace/open.ts';

const edit = z.strictObject({
  search: z.string().describe('Text to find, once'),
  replace: z.string(),
  replace_all: z.boolean().optional(),
});
const edits = z.array(edit).min(1, 'must specify at least one edit');
type Edit = z.infer<typeof edit>;

const common = {
  toolsets: actingToolsets,
  permissions: ['workspace:read', 'workspace:ssh'],
  annotations: destroys,
} as const;

export const workspaceEditFile = defineTool({
  ...common,
  toolsets: dailyActing,
  name: 'coder_workspace_edit_file',
  title: 'Edit a file',
  description:
    'Replace text in a file. search must match once, unless replace_all. If any edit fails, nothing is written.',
  input: z.strictObject({ workspace: workspaceArgument, path: pathArgument, edits }),
  normalize: (args) => ({ ...args, ...renamed(args) }),
  handler: (client, args, context) =>
    apply(client, context, args.workspace, [args], 'File edited successfully.'),
});

export const workspaceEditFiles = defineTool({
  ...common,
  name: 'coder_workspace_edit_files',
  title: 'Edit several files',
  description: 'As coder_workspace_edit_file, for several files at once: all or none.',
  input: z.strictObject({
    workspace: workspaceArgument,
    files: z.array(z.strictObject({ path: pathArgument, edits })).min(1, 'must specify at least one file'),
  }),
  normalize: (args) => ({
    ...args,
    ...(Array.isArray(args.files)
      ? { files: args.files.map((file: unknown) => (isRecord(file) ? { ...file, ...renamed(file) } : file)) }
      : {}),
  }),
  handler: (client, args, context) =>
    apply(client, context, args.workspace, args.files, 'File(s) edited successfully.'),
});

/** Upstream's newer names for the two texts of an edit. */
function renamed(holder: Record<string, unknown>): { edits?: unknown[] } {
  if (!Array.isArray(holder.edits)) return {};
  return {
    edits: holder.edits.map((step: unknown) => {
      if (!isRecord(step)) return step;
      const { old_text, new_text, ...rest } = step;
      return {
        ...(old_text === undefined ? {} : { search: old_text }),
        ...(new_text === undefined ? {} : { replace: new_text }),
        ...rest,
      };
    }),
  };
}

async function apply(
  client: ApiClient,
  context: ToolContext,
  workspace: string,
  files: readonly { path: string; edits: readonly Edit[] }[],
  message: string,
): Promise<ToolResult> {
  const { agent } = await enterWorkspace(client, workspace, context, startBudget(context));
  const steps = files.map((file) => ({ path: file.path, edits: file.edits.map(toStep) }));
  const edited = await client.files.edit({ agent: agent.id, files: steps }).catch((error: unknown) => {
    throw error instanceof ApiError ? inOurWords(error) : error;
  });
  return jsonResult({
    message,
    files: edited.files.map((file) => ({
      path: file.path,
      diff: shortened(file.diff),
      ...(file.match === 'exact' ? {} : { note: `matched by ignoring ${file.match.replace('_', ' ')}` }),
    })),
  });
}

/** The agent's refusal with the names that these tools give the two texts. */
function inOurWords(error: ApiError): ToolError {
  const text = describeFailure(error).replaceAll('old_text', 'search').replaceAll('new_text', 'replace');
  return new ToolError(text, { cause: error });
}

const toStep = (step: Edit): FileEditStep => ({
  old_text: step.search,
  new_text: step.replace,
  replace_all: step.replace_all ?? false,
});

/** A diff is there to be glanced at: a long one is cut. */
const DIFF_LENGTH = 8_192;
const shortened = (diff: string): string =>
  diff.length <= DIFF_LENGTH
    ? diff
    : `${diff.slice(0, DIFF_LENGTH)}\n[… ${diff.length - DIFF_LENGTH} characters left out …]`;
