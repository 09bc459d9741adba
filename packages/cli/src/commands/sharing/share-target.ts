import { type ApiClient, nearest, type Workspace, type WorkspaceRole, workspaceRoles } from '@coder/api';
import { Option } from 'commander';
import { CliError } from '../../cli-error.ts';
import { collectList } from '../../collect.ts';
import { findOrganization } from '../../organization-ref.ts';
import { findGroup } from '../groups/group-ref.ts';
import { allMembers } from '../organizations/all-members.ts';

/** Whom a command names: each `name`, or where shares are given `name:role`. */
export type Targets = { user: string[]; group: string[] };

/** `--user` and `--group`, as upstream has them. */
export function targetOptions(form: string): Option[] {
  return [
    new Option(`--user <${form}>`, 'members of the organization; may be repeated, or with commas between'),
    new Option(`--group <${form}>`, 'groups of the organization, likewise'),
  ].map((option) => option.argParser(collectList).default([]));
}

/** Refuses a command that names nobody. */
export function refuseNobody({ user, group }: Targets, form: string): void {
  if (user.length + group.length > 0) return;
  throw new CliError(`Say with whom: --user <${form}>, --group <${form}>, or both.`);
}

/** Reads `name` or `name:role`; without a role it is `use`. */
function parseShare(text: string): { name: string; role: WorkspaceRole } {
  const [name = '', given = 'use', ...more] = text.split(':');
  const role = workspaceRoles.find((one) => one === given);
  if (name === '' || role === undefined || more.length > 0) {
    throw new CliError(
      `"${text}" does not say with whom and as what. Write a name, or a name and a role: ${workspaceRoles.map((one) => `ann:${one}`).join(', ')}.`,
    );
  }
  return { name, role };
}

/** The one of that name or id; the error says who is meant or who there is. */
export function named<T extends { id: string; name: string }>(
  all: readonly T[],
  ref: string,
  nobody: string,
): T {
  const found = all.find(({ id, name }) => [id, name.toLowerCase()].includes(ref.toLowerCase()));
  if (found !== undefined) return found;
  const names = all.map(({ name }) => name);
  const guess = nearest(ref, names);
  if (guess !== undefined) throw new CliError(`${nobody} Did you mean "${guess}"?`);
  throw new CliError(
    names.length === 0 ? `${nobody} There is nobody.` : `${nobody} There are: ${names.join(', ')}.`,
  );
}

/** The shares that are asked for, by the ids of users and groups of the workspace's organization. */
export async function wantedShares(client: ApiClient, workspace: Workspace, { user, group }: Targets) {
  const users = user.map(parseShare);
  const groups = group.map(parseShare);
  const organization = await findOrganization(client, workspace.organization_id);
  const user_roles: Record<string, WorkspaceRole> = {};
  const group_roles: Record<string, WorkspaceRole> = {};
  if (users.length > 0) {
    const members = (await allMembers(client, organization.id)).map((one) => ({
      id: one.user_id,
      name: one.username,
    }));
    for (const { name, role } of users) {
      const nobody = `${organization.name} has no member "${name}".`;
      user_roles[named(members, name, nobody).id] = role;
    }
  }
  for (const { name, role } of groups) {
    group_roles[(await findGroup(client, organization, name)).id] = role;
  }
  return { user_roles, group_roles };
}
