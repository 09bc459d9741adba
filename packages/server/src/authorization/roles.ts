import { allPermissions, type Permission, type SlimRole } from '@coder/api';

/** What a role allows, by how far it reaches. */
export type Role = {
  readonly displayName: string;
  /** On every resource of the deployment. */
  readonly site: readonly Permission[];
  /** On what the user owns (a user owns itself). */
  readonly own: readonly Permission[];
  /** On everything in the organization the role was given in. */
  readonly organization: readonly Permission[];
  /** On what the user owns in that organization. */
  readonly ownInOrganization: readonly Permission[];
  /** Never in that organization, whatever another role allows. */
  readonly banned: readonly Permission[];
};

const role = (displayName: string, grants: Partial<Omit<Role, 'displayName'>>): Role => ({
  displayName,
  site: [],
  own: [],
  organization: [],
  ownInOrganization: [],
  banned: [],
  ...grants,
});

const all = (...types: string[]): Permission[] =>
  allPermissions.filter((permission) => types.includes(permission.slice(0, permission.indexOf(':'))));
const except = (permissions: readonly Permission[], ...left: Permission[]): Permission[] =>
  permissions.filter((permission) => !left.includes(permission));

/** What lets somebody into a running workspace, or lets them let somebody in, as opposed to managing it. */
export const workspaceEntry: readonly Permission[] = [
  'workspace:ssh',
  'workspace:application_connect',
  'workspace:share',
];

/** Upstream's site roles. `member` is implied for everybody. */
export const siteRoles: Readonly<Record<string, Role>> = {
  owner: role('Owner', { site: allPermissions }),
  'template-admin': role('Template Admin', {
    site: [
      ...all('template', 'file'),
      'workspace:read',
      'user:read',
      'organization:read',
      'organization_member:read',
      'group:read',
      'assign_org_role:read',
      'provisioner_daemon:read',
      'provisioner_jobs:read',
    ],
  }),
  'user-admin': role('User Admin', {
    site: [
      ...all('user', 'organization_member', 'group', 'assign_role', 'assign_org_role'),
      'organization:read',
    ],
  }),
  auditor: role('Auditor', {
    site: [
      'audit_log:read',
      'deployment_config:read',
      'deployment_stats:read',
      'template:read',
      'template:view_insights',
      'user:read',
      'organization:read',
      'organization_member:read',
      'group:read',
      'assign_org_role:read',
    ],
  }),
  member: role('Member', {
    site: ['assign_role:read', 'oauth2_app:read'],
    own: ['user:read', 'user:read_personal', 'user:update_personal', ...all('api_key', 'file')],
  }),
};

/** Upstream's roles in an organization. `organization-member` is implied for its members. */
export const organizationRoles: Readonly<Record<string, Role>> = {
  'organization-admin': role('Organization Admin', {
    site: ['user:read'],
    organization: [
      ...except(all('workspace'), ...workspaceEntry),
      ...all('template', 'file', 'organization_member', 'group', 'assign_org_role'),
      ...except(all('organization'), 'organization:create'),
      'audit_log:read',
      'provisioner_daemon:read',
      'provisioner_jobs:read',
    ],
  }),
  'organization-template-admin': role('Organization Template Admin', {
    organization: [
      ...all('template', 'file'),
      'workspace:read',
      'provisioner_daemon:read',
      'provisioner_jobs:read',
    ],
  }),
  'organization-user-admin': role('Organization User Admin', {
    site: ['user:read'],
    organization: all('organization_member', 'group', 'assign_org_role'),
  }),
  'organization-auditor': role('Organization Auditor', {
    organization: ['audit_log:read', 'template:read', 'template:view_insights'],
  }),
  'organization-workspace-creation-ban': role('Organization Workspace Creation Ban', {
    banned: ['workspace:create', 'workspace:delete'],
  }),
  'organization-member': role('Organization Member', {
    // Whoever may share a workspace must be able to say with whom.
    organization: [
      'organization:read',
      'organization_member:read',
      'group:read',
      'assign_org_role:read',
      'provisioner_daemon:read',
      'template:read',
      'template:use',
    ],
    ownInOrganization: [...all('workspace'), 'provisioner_jobs:read'],
  }),
};

/** Which roles the holder of a role may give and take. */
const assignableBy: Readonly<Record<string, readonly string[]>> = {
  owner: [...Object.keys(siteRoles), ...Object.keys(organizationRoles)],
  'user-admin': ['member', 'organization-member'],
  'organization-admin': Object.keys(organizationRoles),
  'organization-user-admin': ['organization-member'],
};

/** Whether somebody with these roles may give or take that role. */
export function mayAssignRole(roles: readonly string[], assigned: string): boolean {
  return roles.some((name) => assignableBy[name]?.includes(assigned) === true);
}

/** A role as answers carry it. */
export function presentRole(name: string, organizationId?: string): SlimRole {
  const found = (organizationId === undefined ? siteRoles : organizationRoles)[name];
  return {
    name,
    display_name: found?.displayName ?? name,
    ...(organizationId === undefined ? {} : { organization_id: organizationId }),
  };
}
