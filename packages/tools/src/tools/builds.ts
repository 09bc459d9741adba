import type { WorkspaceBuild } from '@coder/api';
import * as z from 'zod';
import { MAX_WAIT_MS, startBudget } from '../budget.ts';
import { presentBuild } from '../present/workspace.ts';
import { jsonResult } from '../result.ts';
import { ToolError } from '../tool-error.ts';
import { dailyActing, defineTool, destroys } from '../tool-parts.ts';
import { detailArgument, idempotencyArgument, workspaceArgument } from '../workspace/arguments.ts';
import { findWorkspace } from '../workspace/find.ts';
import { findPreset, findVersion } from '../workspace/find-template.ts';
import { parametersArgument, toBuildParameters } from '../workspace/parameters.ts';
import { hasEnded, waitForBuild } from '../workspace/wait-for-build.ts';

export const createWorkspaceBuild = defineTool({
  name: 'coder_create_workspace_build',
  title: 'Start, stop or delete a workspace',
  description:
    'Start, stop or delete a workspace. Delete destroys its files. A start keeps the template version unless template_version_id is given ("active" for the newest).',
  toolsets: dailyActing,
  permissions: ['workspace:read'],
  anyPermission: ['workspace:start', 'workspace:stop', 'workspace:delete'],
  annotations: destroys,
  input: z.strictObject({
    workspace_id: workspaceArgument,
    transition: z.enum(['start', 'stop', 'delete']),
    template_version_id: z.string().min(1).optional(),
    template_version_preset_id: z.string().optional().describe('Preset name or id'),
    rich_parameters: parametersArgument,
    wait_ms: z
      .int()
      .min(0)
      .max(MAX_WAIT_MS)
      .optional()
      .describe('Wait for the end, at most 45000; default 0'),
    idempotency_key: idempotencyArgument,
    detail: detailArgument,
  }),
  aliases: {
    workspace: 'workspace_id',
    preset: 'template_version_preset_id',
    parameters: 'rich_parameters',
  },
  normalize: ({ wait, ...args }) => ({
    ...args,
    ...(wait === true ? { wait_ms: MAX_WAIT_MS } : {}),
    ...(wait === undefined || wait === true || wait === false ? {} : { wait }),
  }),
  handler: async (client, args, context) => {
    const budget = startBudget(context);
    const misplaced = [
      args.template_version_preset_id === undefined ? undefined : 'template_version_preset_id',
      Object.keys(args.rich_parameters ?? {}).length === 0 ? undefined : 'rich_parameters',
    ].filter((name) => name !== undefined);
    if (args.transition !== 'start' && misplaced.length > 0) {
      throw new ToolError(misplaced.map((name) => `${name} is only valid for start transitions`).join('\n'));
    }
    const { workspace } = await findWorkspace(client, args.workspace_id);
    const template = {
      id: workspace.template_id,
      name: workspace.template_name,
      activeVersionId: workspace.template_active_version_id,
    };
    const version =
      args.template_version_id === undefined
        ? undefined
        : await findVersion(client, template, args.template_version_id);
    const preset = args.template_version_preset_id;
    const parameters = toBuildParameters(args.rich_parameters);
    const build = await client.workspaces.createBuild(
      {
        workspace: workspace.id,
        transition: args.transition,
        ...(version === undefined ? {} : { template_version_id: version }),
        ...(preset === undefined
          ? {}
          : {
              template_version_preset_id: await findPreset(
                client,
                version ?? workspace.latest_build.template_version_id,
                preset,
              ),
            }),
        ...(parameters.length === 0 ? {} : { rich_parameter_values: parameters }),
      },
      { context: args.idempotency_key === undefined ? {} : { idempotencyKey: args.idempotency_key } },
    );
    const wait = args.wait_ms ?? 0;
    if (wait === 0) return answer(build, args.detail, whatNext(build));
    context.progress?.(`Waiting for the ${args.transition} of ${workspace.name}`);
    if (args.transition === 'start') {
      const readiness = await client.workspaces.readiness({
        workspace: workspace.id,
        wait_ms: budget.left(wait),
      });
      const now = await client.builds.get({ build: build.id });
      return answer(now, args.detail, {
        ready: readiness.ready,
        ...(readiness.ready ? {} : { state: readiness.state, note: `${readiness.reason} ${asking(now)}` }),
      });
    }
    const now = await waitForBuild(client, build, budget, wait);
    return answer(now, args.detail, hasEnded(now) ? {} : whatNext(now));
  },
});

function answer(
  build: WorkspaceBuild,
  detail: 'concise' | 'full' | undefined,
  more: Record<string, unknown>,
): ReturnType<typeof jsonResult> {
  return jsonResult({ ...(detail === 'full' ? build : presentBuild(build)), ...more });
}

const asking = (build: WorkspaceBuild): string =>
  hasEnded(build) && build.job.status !== 'succeeded'
    ? 'See coder_get_workspace_build_logs.'
    : 'Wait with coder_workspace_readiness (wait_ms 30000).';
const whatNext = (build: WorkspaceBuild): Record<string, unknown> => ({
  note:
    build.transition === 'start'
      ? 'The build has begun. Wait with coder_workspace_readiness (wait_ms 30000) before working in it.'
      : `The build has begun. coder_get_workspace_build_logs (workspace_build_id "${build.id}") waits for its end.`,
});
