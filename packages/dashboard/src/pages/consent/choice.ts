import type { CapabilityId, ConsentDecision, ConsentRequest } from '@coder/api';

/** What the user has marked on a consent page so far. */
export type Choice = {
  readonly capabilities: ReadonlySet<CapabilityId>;
  readonly workspaces: 'all' | 'chosen' | 'created';
  readonly ids: ReadonlySet<string>;
  readonly expiresIn: number;
};

/** What a page begins with: what the server suggests of what was asked for. */
export function firstChoice(request: ConsentRequest): Choice {
  const suggested = request.capabilities.filter((capability) => capability.suggested);
  return {
    capabilities: new Set(suggested.map((capability) => capability.id)),
    workspaces: 'all',
    ids: new Set(),
    expiresIn: request.default_expires_in,
  };
}

/** Marks a capability, or takes the mark away. */
export function toggle(choice: Choice, id: CapabilityId, on: boolean): Choice {
  const capabilities = new Set(choice.capabilities);
  if (on) capabilities.add(id);
  else capabilities.delete(id);
  return { ...choice, capabilities };
}

/** Why a capability is allowed although nobody marked it: it is part of another that is. */
export function impliedBy(choice: Choice, id: CapabilityId): 'everything' | 'others' | undefined {
  if (id !== 'everything' && choice.capabilities.has('everything')) return 'everything';
  const others = [...choice.capabilities].some((other) => other !== 'look');
  return id === 'look' && others ? 'others' : undefined;
}

/** What keeps the choice from being allowed, in a sentence for the user. */
export function problemOf(choice: Choice): string | undefined {
  if (choice.capabilities.size === 0) return 'Mark at least one thing it may do, or cancel.';
  if (choice.workspaces === 'chosen' && choice.ids.size === 0) return 'Choose at least one workspace.';
  const mayCreate = choice.capabilities.has('operate') || choice.capabilities.has('everything');
  if (choice.workspaces === 'created' && !mayCreate) {
    return 'It may create no workspace, so mark that, or choose others.';
  }
  return undefined;
}

/** The choice as the server takes it. */
export function decisionOf(choice: Choice): ConsentDecision {
  const { capabilities, workspaces, ids, expiresIn } = choice;
  return {
    decision: 'allow',
    capabilities: capabilities.has('everything') ? ['everything'] : [...capabilities],
    workspaces: workspaces === 'chosen' ? { kind: 'chosen', ids: [...ids] } : { kind: workspaces },
    expires_in: expiresIn,
  };
}
