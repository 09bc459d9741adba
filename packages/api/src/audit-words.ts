/** What an audit row calls the step (upstream's words, and `execute` for what happens inside a workspace). */
export const auditActions = [
  'create',
  'write',
  'delete',
  'start',
  'stop',
  'login',
  'logout',
  'register',
  'connect',
  'open',
  'execute',
  'read',
] as const;
export type AuditAction = (typeof auditActions)[number];

/** What an audit row is about. */
export const auditResources = [
  'mcp_tool',
  'workspace',
  'workspace_build',
  'workspace_agent',
  'workspace_app',
  'template',
  'template_version',
  'template_version_dry_run',
  'file',
  'file_link',
  'user',
  'api_key',
  'group',
  'organization',
  'organization_member',
  'approval',
  'approval_policy',
  'oauth2_grant',
  'oauth2_authorization',
  'oauth2_token',
  'oauth2_device',
  'oauth2_app',
  'oauth2_app_secret',
  'deployment_config',
  'health_settings',
] as const;
export type AuditResource = (typeof auditResources)[number];
