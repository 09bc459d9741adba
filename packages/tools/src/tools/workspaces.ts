import type { ApiClient, Workspace, WorkspaceMetrics } from '@coder/api';
import * as z from 'zod';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { presentMetrics, presentWorkspace } from '../present/workspace.ts';
import { jsonResult } from '../result.ts';
import { dailyReading, defineTool, readingToolsets, reads } from '../tool-parts.ts';
import { detailArgument, workspaceArgument } from '../workspace/arguments.ts';
import { findWorkspace } from '../workspace/find.ts';

const permissions = ['workspace:read'] as const;
const PAGE_SIZE = 20;
const MAX_PAGE_SIZE = 100;
const METRICS_LIMIT = 100;

export const listWorkspaces = defineTool({
  name: 'coder_list_workspaces',
  title: 'List workspaces',
  description: 'Workspaces with status, owner, health and resource use.',
  toolsets: dailyReading,
  permissions,
  annotations: reads,
  input: z.strictObject({
    owner: z.string().optional().describe('Username; default me, "*" for all you can see'),
    q: z.string().max(900).optional().describe('Filter: status:running template:node name:x outdated:true …'),
    limit: z.int().min(1).max(MAX_PAGE_SIZE).optional().describe('Default 20'),
    cursor: z.string().optional().describe('next_cursor of the page before'),
    detail: detailArgument,
  }),
  handler: async (client, args) => {
    const limit = args.limit ?? PAGE_SIZE;
    const offset = decodeCursor(args.cursor);
    const { workspaces, count } = await client.workspaces.list({
      q: filter(args.owner, args.q),
      limit,
      offset,
    });
    const next = offset + workspaces.length;
    const shown =
      args.detail === 'full'
        ? workspaces
        : await withUsage(client, workspaces).then((usage) =>
            workspaces.map((workspace) => presentWorkspace(workspace, usage.get(workspace.id))),
          );
    return jsonResult({
      workspaces: shown,
      count,
      ...(next < count && workspaces.length > 0 ? { next_cursor: encodeCursor(next) } : {}),
    });
  },
});

/** The filter of a list: what the caller asks for, and an owner unless the filter names one. */
function filter(owner: string | undefined, q: string | undefined): string {
  const wanted = q?.trim() ?? '';
  const namesOwner = /(^|\s)owner:/i.test(wanted);
  if (owner === '*' || (namesOwner && owner === undefined)) return wanted;
  return `owner:${JSON.stringify(owner ?? 'me')} ${wanted}`.trim();
}

/** The resource use of those of the workspaces that run. A list is answered even when it cannot be had. */
async function withUsage(
  client: ApiClient,
  workspaces: readonly Workspace[],
): Promise<Map<string, WorkspaceMetrics>> {
  const ids = workspaces
    .filter((workspace) => workspace.latest_build.status === 'running')
    .map((workspace) => workspace.id);
  if (ids.length === 0) return new Map();
  const found = await Promise.all(
    batches(ids, 25).map((some) =>
      client.workspaces.metrics({ q: `id:${some.join(',')}`, limit: some.length }).catch(() => undefined),
    ),
  );
  const metrics = found.flatMap((answer) => answer?.workspaces ?? []);
  return new Map(metrics.map((one) => [one.workspace_id, one]));
}

/** A filter holds at most 1,024 characters, which is 25 ids. */
function batches(ids: readonly string[], size: number): string[][] {
  const count = Math.ceil(ids.length / size);
  return Array.from({ length: count }, (_, at) => ids.slice(at * size, (at + 1) * size));
}

export const getWorkspace = defineTool({
  name: 'coder_get_workspace',
  title: 'Get a workspace',
  description: 'One workspace: status, health, agents, latest build.',
  toolsets: readingToolsets,
  permissions,
  annotations: reads,
  input: z.strictObject({ workspace_id: workspaceArgument, detail: detailArgument }),
  aliases: { workspace: 'workspace_id' },
  handler: async (client, args) => {
    const { workspace } = await findWorkspace(client, args.workspace_id);
    if (args.detail === 'full') return jsonResult(workspace);
    const build = workspace.latest_build;
    return jsonResult({
      ...presentWorkspace(workspace),
      build: {
        id: build.id,
        build_number: build.build_number,
        transition: build.transition,
        status: build.status,
        template_version_name: build.template_version_name,
      },
      template_id: workspace.template_id,
      ...(workspace.autostart_schedule ? { autostart_schedule: workspace.autostart_schedule } : {}),
      ...(workspace.ttl_ms === undefined ? {} : { ttl_ms: workspace.ttl_ms }),
    });
  },
});

export const workspaceMetrics = defineTool({
  name: 'coder_workspace_metrics',
  title: 'Resource use',
  description:
    'CPU, memory and disk now and over the last hour, of one workspace or all of yours, with under- and overuse marked.',
  toolsets: readingToolsets,
  permissions,
  annotations: reads,
  input: z.strictObject({
    workspace: workspaceArgument.optional(),
    q: z.string().max(900).optional().describe('Filter, as in coder_list_workspaces'),
    detail: detailArgument,
  }),
  handler: async (client, args) => {
    const found =
      args.workspace === undefined ? undefined : (await findWorkspace(client, args.workspace)).workspace;
    const { workspaces } = await client.workspaces.metrics({
      q: found ? `id:${found.id}` : filter(undefined, args.q),
      limit: METRICS_LIMIT,
    });
    const shown = args.detail === 'full' ? workspaces : workspaces.map(presentMetrics);
    return jsonResult({
      workspaces: shown,
      ...(workspaces.length < METRICS_LIMIT
        ? {}
        : { note: `Only the first ${METRICS_LIMIT}; narrow with q.` }),
    });
  },
});
