/**
 * What can be done to what. Resource types and actions carry upstream's names, because they are also the names of the
 * low-level token scopes (`workspace:read`).
 */
export const resourceActions = {
  workspace: ['create', 'read', 'update', 'delete', 'start', 'stop', 'ssh', 'application_connect', 'share'],
  template: ['create', 'read', 'update', 'delete', 'use', 'view_insights'],
  file: ['create', 'read'],
  user: ['create', 'read', 'update', 'delete', 'read_personal', 'update_personal'],
  api_key: ['create', 'read', 'update', 'delete'],
  organization: ['create', 'read', 'update', 'delete'],
  organization_member: ['create', 'read', 'update', 'delete'],
  group: ['create', 'read', 'update', 'delete'],
  assign_role: ['read', 'assign', 'unassign'],
  assign_org_role: ['read', 'assign', 'unassign'],
  audit_log: ['read'],
  deployment_config: ['read', 'update'],
  deployment_stats: ['read'],
  debug_info: ['read'],
  provisioner_daemon: ['read'],
  provisioner_jobs: ['read'],
  oauth2_app: ['create', 'read', 'update', 'delete'],
} as const;

export type ResourceType = keyof typeof resourceActions;
export type Action<R extends ResourceType = ResourceType> = (typeof resourceActions)[R][number];

/** One permission, written as its scope name, for example `workspace:read`. */
export type Permission = { [R in ResourceType]: `${R}:${Action<R>}` }[ResourceType];

/** Every permission there is. */
export const allPermissions: readonly Permission[] = Object.entries(resourceActions).flatMap(
  ([resource, actions]) => actions.map((action) => `${resource}:${action}` as Permission),
);
