import type { Permission, WorkspaceRole } from '@coder/api';
import type { Actor, Resource } from './actor.ts';

const use: readonly Permission[] = [
  'workspace:read',
  'workspace:start',
  'workspace:stop',
  'workspace:ssh',
  'workspace:application_connect',
];

/** What a share lets its holder do with a workspace. Nobody may delete what they could not make again. */
const sharePermissions: Readonly<Record<WorkspaceRole, ReadonlySet<Permission>>> = {
  use: new Set(use),
  admin: new Set([...use, 'workspace:update', 'workspace:share']),
};

/** Whether an actor is in a group; an organization's id is that of the group of all its members. */
export function isInGroup(actor: Actor, groupId: string): boolean {
  return actor.organizations.has(groupId) || actor.groups?.has(groupId) === true;
}

/** Whether a share of a workspace allows this. */
export function sharedWith(actor: Actor, permission: Permission, { type, id }: Resource): boolean {
  if (type !== 'workspace' || id === undefined) return false;
  const role = actor.shares?.get(id);
  return role !== undefined && sharePermissions[role].has(permission);
}

/** Whether nothing that was shared before is shared less now: with one workspace, or with any. */
export function sharedAsMuch(now: Actor, before: Actor, workspaceId?: string): boolean {
  const isKept = (id: string) => {
    const role = before.shares?.get(id);
    return role === undefined || role === now.shares?.get(id) || now.shares?.get(id) === 'admin';
  };
  return workspaceId === undefined ? [...(before.shares?.keys() ?? [])].every(isKept) : isKept(workspaceId);
}
