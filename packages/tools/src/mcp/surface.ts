import type { Permission } from '@coder/api';
import type { ListToolsResult } from '@modelcontextprotocol/server';
import { listTool } from '../json-schema.ts';
import { missingPermissions } from '../permissions.ts';
import type { Tool } from '../tool.ts';
import { instructionsFor } from './instructions.ts';
import { type PromptList, promptsFor } from './prompts.ts';
import { type ResourceLists, resourcesFor } from './resources.ts';
import type { Selection } from './selection.ts';

/** What one kind of caller is offered: the same for all whose selection and permissions are the same. */
export type Surface = {
  readonly selection: Selection;
  readonly tools: ReadonlyMap<string, Tool>;
  /** The answer to `tools/list`, in an order that never changes. */
  readonly listing: ListToolsResult;
  /** What a model must know beyond the tools' own descriptions; of no tool that it lacks. */
  readonly instructions: string;
  /** What goes with the tools; undefined where nothing may. Each needs the tools that could do the same. */
  readonly resources: ResourceLists | undefined;
  readonly prompts: PromptList | undefined;
};

/** What a caller is offered whose token may do so much. */
export function createSurface(selection: Selection, permissions: ReadonlySet<Permission> | 'all'): Surface {
  const usable = selection.tools.filter((tool) => missingPermissions(tool, permissions).length === 0);
  const tools = new Map(usable.map((tool) => [tool.name, tool]));
  // ChatGPT's connectors refuse a server that offers more than the two tools they know; who names tools wants just these.
  const hasMore = selection.toolset !== 'chatgpt' && !selection.isExact;
  return {
    selection,
    tools,
    // A JSON Schema is plain JSON, which its own type does not say.
    listing: { tools: usable.map(listTool) } as unknown as ListToolsResult,
    instructions: instructionsFor(tools),
    resources: hasMore ? resourcesFor(tools) : undefined,
    prompts: hasMore ? promptsFor(tools) : undefined,
  };
}

/** Above this many kinds of caller the oldest is forgotten: scopes, and what narrows a connection, are the user's to combine. */
const KINDS_KEPT = 256;

/** Makes each kind of caller's surface once. Selections are told apart by identity: the same one must come again. */
export function createSurfaces(): (
  selection: Selection,
  permissions: ReadonlySet<Permission> | 'all',
) => Surface {
  // The surfaces of a selection go with it.
  const made = new WeakMap<Selection, Map<string, Surface>>();
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
  return (selection, permissions) => {
    let kinds = made.get(selection);
    if (!kinds) {
      kinds = new Map();
      made.set(selection, kinds);
    }
    const key = keyOf(permissions);
    const known = kinds.get(key);
    if (known) return known;
    const surface = createSurface(selection, permissions);
    if (kinds.size >= KINDS_KEPT) kinds.delete(kinds.keys().next().value as string);
    kinds.set(key, surface);
    return surface;
  };
}
