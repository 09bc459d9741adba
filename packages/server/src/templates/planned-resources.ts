import type { TemplateManifest, WorkspaceResource } from '@coder/api';
import { planAgent, stableId } from '../agents/index.ts';
import { instantiate } from './instantiate.ts';
import type { InstantiateInput } from './spec.ts';

type Planned = InstantiateInput & { readonly jobId: string; readonly at: Date };

/**
 * What a start with these values would make: one resource with its agent and apps. Their ids are the same each time they are
 * asked for, and nobody else's.
 */
export function plannedResources(
  manifest: TemplateManifest,
  { jobId, at, ...input }: Planned,
): WorkspaceResource[] {
  const spec = instantiate(manifest, input);
  const { cpuCores, memoryBytes, diskBytes, processes } = spec.limits;
  const limits = { cpu_cores: cpuCores, memory_bytes: memoryBytes, disk_bytes: diskBytes, processes };
  const id = stableId(jobId, 'resource');
  const place = {
    agentName: spec.agent.name,
    workspaceName: input.workspace.name,
    ownerName: input.owner.name,
  };
  return [
    {
      id,
      created_at: at.toISOString(),
      job_id: jobId,
      workspace_transition: 'start',
      type: spec.runtime,
      name: input.workspace.name,
      hide: false,
      icon: '',
      agents: [planAgent(spec.agent, spec.apps, { resourceId: id, at, place })],
      metadata: Object.entries(limits).flatMap(([key, value]) =>
        value === null ? [] : [{ key, value: String(value), sensitive: false }],
      ),
      daily_cost: manifest.daily_cost ?? 0,
    },
  ];
}
