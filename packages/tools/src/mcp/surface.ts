import type { Permission } from '@coder/api';
import type { ListToolsResult } from '@modelcontextprotocol/server';
import { listTool } from '../json-schema.ts';
import { toolsFor } from '../registry.ts';
import type { Tool } from '../tool.ts';
import type { Toolset } from '../toolsets.ts';

/** What one kind of caller is offered: the same for all whose toolset and permissions are the same. */
export type Surface = {
  readonly toolset: Toolset;
  readonly tools: ReadonlyMap<string, Tool>;
  /** The answer to `tools/list`, in an order that never changes. */
  readonly listing: ListToolsResult;
  /** Whether resources and prompts go with the tools. */
  readonly hasResources: boolean;
};

/** What a caller is offered. `allowed` narrows it to certain tools. */
export function createSurface(
  toolset: Toolset,
  permissions: ReadonlySet<Permission> | 'all',
  allowed?: ReadonlySet<string>,
): Surface {
  const tools = toolsFor(toolset, permissions).filter(
    (tool) => allowed === undefined || allowed.has(tool.name),
  );
  return {
    toolset,
    tools: new Map(tools.map((tool) => [tool.name, tool])),
    // A JSON Schema is plain JSON, which its own type does not say.
    listing: { tools: tools.map(listTool) } as unknown as ListToolsResult,
    // ChatGPT's connectors refuse a server that offers more than the two tools they know.
    hasResources: toolset !== 'chatgpt' && allowed === undefined,
  };
}

/** Above this many kinds of caller the oldest is forgotten: token scopes are the user's to combine. */
const KINDS_KEPT = 256;

/** Makes each kind of caller's surface once. */
export function createSurfaces(): (
  toolset: Toolset,
  permissions: ReadonlySet<Permission> | 'all',
) => Surface {
  const made = new Map<string, Surface>();
  // Most requests come with the same verified key, hence with the very same set.
  const bySet = new WeakMap<ReadonlySet<Permission>, string>();
  const keyOf = (permissions: ReadonlySet<Permission> | 'all'): string => {
    if (permissions === 'all') return 'all';
    const known = bySet.get(permissions);
    if (known !== undefined) return known;
    const key = [...permissions].sort().join(' ');
    bySet.set(permissions, key);
    return key;
  };
  return (toolset, permissions) => {
    const key = `${toolset} ${keyOf(permissions)}`;
    const known = made.get(key);
    if (known) return known;
    const surface = createSurface(toolset, permissions);
    if (made.size >= KINDS_KEPT) made.delete(made.keys().next().value as string);
    made.set(key, surface);
    return surface;
  };
}
