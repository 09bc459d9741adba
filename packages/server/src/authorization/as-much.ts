import type { Actor } from './actor.ts';
import { allowListContains } from './allow-list.ts';
import { sharedAsMuch } from './shares.ts';

/**
 * Whether an actor may still be taken for what it was: with the same roles, and a key that can do no less. A role may also
 * forbid something, so a role more is a change like one less; a key and a share only ever allow. Where it is known that only
 * one workspace is concerned, the sharing of others is nothing to it.
 */
export function mayAsMuch(now: Actor, before: Actor, workspaceId?: string): boolean {
  return (
    sameNames(now.user.roles, before.user.roles) &&
    now.organizations.size === before.organizations.size &&
    [...before.organizations].every(([id, roles]) => sameNames(now.organizations.get(id), roles)) &&
    permitsAsMuch(now.key.permissions, before.key.permissions) &&
    allowListContains(now.key.allowList, before.key.allowList) &&
    sharedAsMuch(now, before, workspaceId)
  );
}

function permitsAsMuch(now: Actor['key']['permissions'], before: Actor['key']['permissions']): boolean {
  if (now === 'all') return true;
  return before !== 'all' && [...before].every((permission) => now.has(permission));
}

function sameNames(now: readonly string[] | undefined, before: readonly string[]): boolean {
  const [one, other] = [new Set(now), new Set(before)];
  return now !== undefined && one.size === other.size && [...one].every((name) => other.has(name));
}
