import type { ApiClient } from '@coder/api';
import * as z from 'zod';
import { MAX_WAIT_MS, startBudget } from '../budget.ts';
import { presentWorkspace } from '../present/workspace.ts';
import { jsonResult } from '../result.ts';
import { ToolError } from '../tool-error.ts';
import { adds, dailyActing, defineTool } from '../tool-parts.ts';
import { detailArgument, idempotencyArgument } from '../workspace/arguments.ts';
import { findPreset, findTemplate } from '../workspace/find-template.ts';
import { parametersArgument, toBuildParameters } from '../workspace/parameters.ts';

export const createWorkspace = defineTool({
  name: 'coder_create_workspace',
  title: 'Create a workspace',
  description:
    'Create a workspace from a template. With wait_ms the answer comes when it is ready; otherwise ask coder_workspace_readiness before working in it. See coder_get_template for parameters and presets.',
  toolsets: dailyActing,
  permissions: ['workspace:create', 'workspace:read', 'template:read'],
  annotations: adds,
  input: z.strictObject({
    name: z.string().min(1),
    template_id: z.string().min(1).optional().describe('Template name or id'),
    template_version_id: z
      .uuid('must be a valid UUID')
      .optional()
      .describe('Instead of template_id: a certain version'),
    template_version_preset_id: z.string().min(1).optional().describe('Preset name or id'),
    rich_parameters: parametersArgument,
    user: z.string().optional().describe('Owner; default me'),
    wait_ms: z
      .int()
      .min(0)
      .max(MAX_WAIT_MS)
      .optional()
      .describe('Wait until ready, at most 45000; default 0'),
    idempotency_key: idempotencyArgument,
    detail: detailArgument,
  }),
  aliases: {
    template: 'template_id',
    preset: 'template_version_preset_id',
    preset_id: 'template_version_preset_id',
    parameters: 'rich_parameters',
    owner: 'user',
  },
  normalize: ({ wait, ...args }) => ({
    ...args,
    // `wait: true` is what a caller guesses first.
    ...(wait === true ? { wait_ms: MAX_WAIT_MS } : {}),
    ...(wait === undefined || wait === true || wait === false ? {} : { wait }),
  }),
  handler: async (client, args, context) => {
    const budget = startBudget(context);
    const from = await source(client, args.template_id, args.template_version_id);
    const preset = args.template_version_preset_id;
    const created = await client.workspaces.create(
      {
        user: args.user ?? 'me',
        name: args.name,
        ...from.input,
        ...(preset === undefined
          ? {}
          : { template_version_preset_id: await findPreset(client, from.version, preset) }),
        rich_parameter_values: toBuildParameters(args.rich_parameters),
      },
      { context: args.idempotency_key === undefined ? {} : { idempotencyKey: args.idempotency_key } },
    );
    const wait = budget.left(args.wait_ms ?? 0);
    if (wait === 0) {
      if (args.detail === 'full') return jsonResult(created);
      return jsonResult({
        ...presentWorkspace(created),
        build_id: created.latest_build.id,
        note: 'Its build has begun. Wait with coder_workspace_readiness (wait_ms 30000) before working in it.',
      });
    }
    context.progress?.(`Building workspace ${created.name}`);
    const readiness = await client.workspaces.readiness({ workspace: created.id, wait_ms: wait });
    const now = await client.workspaces.get({ workspace: created.id });
    return jsonResult({
      ...(args.detail === 'full' ? now : presentWorkspace(now)),
      build_id: now.latest_build.id,
      ready: readiness.ready,
      ...(readiness.ready
        ? {}
        : {
            state: readiness.state,
            note: readiness.wait_expired
              ? 'Not ready yet. Wait with coder_workspace_readiness (wait_ms 30000).'
              : `${readiness.reason} See coder_get_workspace_build_logs and coder_get_workspace_agent_logs.`,
          }),
    });
  },
});

async function source(
  client: ApiClient,
  template: string | undefined,
  version: string | undefined,
): Promise<{
  version: string;
  input: { template_id: string } | { template_version_id: string };
}> {
  if ((template === undefined) === (version === undefined)) {
    throw new ToolError(
      'exactly one of template_id or template_version_id must be provided. List templates with coder_list_templates.',
    );
  }
  if (version !== undefined) return { version, input: { template_version_id: version } };
  const found = await findTemplate(client, template as string);
  return { version: found.active_version_id, input: { template_id: found.id } };
}
