import type { ApiClient, WorkspaceBuild } from '@coder/api';
import * as z from 'zod';
import { MAX_WAIT_MS, startBudget } from '../budget.ts';
import { type LogLine, presentLog } from '../present/log.ts';
import { jsonResult } from '../result.ts';
import { ToolError } from '../tool-error.ts';
import { dailyReading, defineTool, readingToolsets, reads } from '../tool-parts.ts';
import { workspaceArgument } from '../workspace/arguments.ts';
import { chooseAgent, findWorkspace } from '../workspace/find.ts';
import { hasEnded, waitForBuild } from '../workspace/wait-for-build.ts';

const permissions = ['workspace:read'] as const;
const MAX_LINES = 10_000;
const after = z.int().min(0).optional().describe('Only lines after this id');

export const getWorkspaceBuildLogs = defineTool({
  name: 'coder_get_workspace_build_logs',
  title: 'Read a build log',
  description:
    "Log of a build, or of a workspace's latest. While it runs, waits up to 45 s for its end; its last line says how to go on.",
  toolsets: dailyReading,
  permissions,
  annotations: reads,
  input: z.strictObject({
    workspace_build_id: z.uuid('must be a valid UUID').optional(),
    workspace: workspaceArgument.optional(),
    after,
    wait_ms: z.int().min(0).max(MAX_WAIT_MS).optional(),
  }),
  handler: async (client, args, context) => {
    const budget = startBudget(context);
    const build = await findBuild(client, args.workspace_build_id, args.workspace);
    const lines: LogLine[] = await client.builds.logs({
      build: build.id,
      ...(args.after === undefined ? {} : { after: args.after }),
      limit: MAX_LINES,
    });
    const last = (): number => lines.at(-1)?.id ?? args.after ?? 0;
    const now = await waitForBuild(
      client,
      build,
      budget,
      args.wait_ms ?? MAX_WAIT_MS,
      (more) => lines.push(...more),
      last(),
    );
    const shown = presentLog(lines, 'coder_get_workspace_build_logs');
    if (!hasEnded(now)) {
      shown.push(`[the build is still ${now.status}; go on with after ${last()}]`);
    } else if (now.job.error) shown.push(`[the build ${now.job.status}: ${now.job.error}]`);
    return jsonResult(shown);
  },
});

async function findBuild(
  client: ApiClient,
  id: string | undefined,
  workspace: string | undefined,
): Promise<WorkspaceBuild> {
  if (id !== undefined) return client.builds.get({ build: id });
  if (workspace === undefined) throw new ToolError('Give workspace_build_id or workspace.');
  return (await findWorkspace(client, workspace)).workspace.latest_build;
}

export const getWorkspaceAgentLogs = defineTool({
  name: 'coder_get_workspace_agent_logs',
  title: 'Read an agent log',
  description: 'Log of the startup and shutdown scripts inside a workspace.',
  toolsets: readingToolsets,
  permissions,
  annotations: reads,
  input: z.strictObject({
    workspace_agent_id: z.uuid('must be a valid UUID').optional(),
    workspace: workspaceArgument.optional(),
    after,
  }),
  handler: async (client, args) => {
    const agent = args.workspace_agent_id ?? (await agentOf(client, args.workspace));
    const lines = await client.agents.logs({
      agent,
      ...(args.after === undefined ? {} : { after: args.after }),
      limit: MAX_LINES,
    });
    return jsonResult(presentLog(lines, 'coder_get_workspace_agent_logs'));
  },
});

async function agentOf(client: ApiClient, input: string | undefined): Promise<string> {
  if (input === undefined) throw new ToolError('Give workspace_agent_id or workspace.');
  const { workspace, agentName } = await findWorkspace(client, input);
  return chooseAgent(workspace, agentName).id;
}

export const workspaceReadiness = defineTool({
  name: 'coder_workspace_readiness',
  title: 'Is a workspace ready',
  description: 'Whether a workspace can be worked in, and if not, why. Starts nothing.',
  toolsets: dailyReading,
  permissions,
  annotations: reads,
  input: z.strictObject({
    workspace: workspaceArgument,
    wait_ms: z
      .int()
      .min(0, 'must be between 0 and 45000')
      .max(MAX_WAIT_MS, 'must be between 0 and 45000')
      .optional()
      .describe('Wait until it is decided; default 0'),
  }),
  handler: async (client, args, context) => {
    const budget = startBudget(context);
    const { workspace, agentName } = await findWorkspace(client, args.workspace);
    return jsonResult(
      await client.workspaces.readiness({
        workspace: workspace.id,
        ...(agentName === undefined ? {} : { agent: agentName }),
        wait_ms: budget.left(args.wait_ms ?? 0),
      }),
    );
  },
});
