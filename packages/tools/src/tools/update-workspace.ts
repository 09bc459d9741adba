import { type ApiClient, ApiError, type BuildParameter, type ErrorCode, type Workspace } from '@coder/api';
import * as z from 'zod';
import { MAX_WAIT_MS, startBudget } from '../budget.ts';
import { presentBuild } from '../present/workspace.ts';
import { jsonResult } from '../result.ts';
import { ToolError } from '../tool-error.ts';
import { actingToolsets, defineTool, destroys } from '../tool-parts.ts';
import { detailArgument, idempotencyArgument, workspaceArgument } from '../workspace/arguments.ts';
import { findWorkspace } from '../workspace/find.ts';
import { findPreset, findVersion } from '../workspace/find-template.ts';
import { parametersArgument, toBuildParameters } from '../workspace/parameters.ts';

export const workspaceUpdate = defineTool({
  name: 'coder_workspace_update',
  title: 'Change and restart a workspace',
  description:
    'Change parameters of a workspace, such as cpus or memory, or its template version, and restart it with them. Ends what runs in it; its files stay. Does nothing if it is so already.',
  toolsets: actingToolsets,
  permissions: ['workspace:read', 'workspace:start', 'workspace:stop'],
  annotations: { ...destroys, idempotentHint: true },
  input: z.strictObject({
    workspace: workspaceArgument,
    rich_parameters: parametersArgument,
    template_version_id: z.string().min(1).optional().describe('Name or id; "active" for the newest'),
    template_version_preset_id: z.string().min(1).optional().describe('Preset name or id'),
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
    workspace_id: 'workspace',
    parameters: 'rich_parameters',
    preset: 'template_version_preset_id',
    version: 'template_version_id',
  },
  handler: async (client, args, context) => {
    const budget = startBudget(context);
    const wanted = toBuildParameters(args.rich_parameters);
    const { template_version_id: versionRef, template_version_preset_id: presetRef } = args;
    if (wanted.length === 0 && versionRef === undefined && presetRef === undefined) {
      throw new ToolError(
        'Give what is to change: rich_parameters, template_version_id or template_version_preset_id.',
      );
    }
    const { workspace } = await findWorkspace(client, args.workspace);
    const { latest_build: latest } = workspace;
    const template = {
      id: workspace.template_id,
      name: workspace.template_name,
      activeVersionId: workspace.template_active_version_id,
    };
    const version = versionRef === undefined ? undefined : await findVersion(client, template, versionRef);
    const preset =
      presetRef === undefined
        ? undefined
        : await findPreset(client, version ?? latest.template_version_id, presetRef);
    const before = await client.builds.parameters({ build: latest.id });
    if (preset === undefined && (await isSoAlready(client, workspace, version, wanted, before))) {
      return jsonResult({
        ...(args.detail === 'full' ? latest : presentBuild(latest)),
        changed: {},
        note: 'It runs with these values already. Nothing has been done.',
      });
    }
    const build = await client.workspaces.createBuild(
      {
        workspace: workspace.id,
        transition: 'start',
        ...(version === undefined ? {} : { template_version_id: version }),
        ...(preset === undefined ? {} : { template_version_preset_id: preset }),
        ...(wanted.length === 0 ? {} : { rich_parameter_values: wanted }),
      },
      { context: args.idempotency_key === undefined ? {} : { idempotencyKey: args.idempotency_key } },
    );
    const changed = differences(before, await client.builds.parameters({ build: build.id }));
    const wait = budget.left(args.wait_ms ?? 0);
    if (wait === 0) {
      return jsonResult({
        ...(args.detail === 'full' ? build : presentBuild(build)),
        changed,
        note: 'It restarts. Wait with coder_workspace_readiness (wait_ms 30000) before working in it.',
      });
    }
    context.progress?.(`Restarting workspace ${workspace.name}`);
    const readiness = await client.workspaces.readiness({ workspace: workspace.id, wait_ms: wait });
    const now = await client.builds.get({ build: build.id });
    return jsonResult({
      ...(args.detail === 'full' ? now : presentBuild(now)),
      changed,
      ready: readiness.ready,
      ...(readiness.ready
        ? {}
        : {
            state: readiness.state,
            note: readiness.wait_expired
              ? 'Not ready yet. Wait with coder_workspace_readiness (wait_ms 30000).'
              : `${readiness.reason} See coder_get_workspace_build_logs.`,
          }),
    });
  },
});

/** Whether a workspace runs as it is to be, so that a repeated call ends nothing. */
async function isSoAlready(
  client: ApiClient,
  { latest_build: latest }: Workspace,
  version: string | undefined,
  wanted: readonly BuildParameter[],
  now: readonly BuildParameter[],
): Promise<boolean> {
  if (latest.status !== 'running') return false;
  if (version !== undefined && version !== latest.template_version_id) return false;
  const held = new Map(now.map(({ name, value }) => [name, value]));
  if (!wanted.every(({ name, value }) => held.get(name) === value)) return false;
  if (wanted.length === 0) return true;
  // What holds for one build only is asked for anew each time. Who may not look at the template gets the restart.
  const parameters = await client.templateVersions
    .parameters({ version: latest.template_version_id })
    .catch((error: unknown) => {
      if (error instanceof ApiError && hidden.has(error.code)) return undefined;
      throw error;
    });
  return (
    parameters?.some(({ name, ephemeral }) => ephemeral && wanted.some((one) => one.name === name)) === false
  );
}

/** How a template is refused to a caller that may not look at it. */
const hidden: ReadonlySet<ErrorCode> = new Set(['NOT_FOUND', 'FORBIDDEN', 'INSUFFICIENT_SCOPE']);

/** The values that a build has otherwise than the one before. */
function differences(
  before: readonly BuildParameter[],
  after: readonly BuildParameter[],
): Record<string, { from: string | null; to: string }> {
  const held = new Map(before.map(({ name, value }) => [name, value]));
  return Object.fromEntries(
    after
      .filter(({ name, value }) => held.get(name) !== value)
      .map(({ name, value }) => [name, { from: held.get(name) ?? null, to: value }]),
  );
}
