import { agentRoutes, fileRoutes, processRoutes } from './routes/agents.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { approvalRoutes } from './routes/approvals.ts';
import { buildDetailRoutes, workspaceDetailRoutes } from './routes/build-details.ts';
import { deploymentRoutes } from './routes/deployment.ts';
import { groupRoutes } from './routes/groups.ts';
import { healthRoutes } from './routes/health.ts';
import { insightsRoutes } from './routes/insights.ts';
import { oauth2ProviderRoutes, oauth2Routes } from './routes/oauth2.ts';
import { organizationRoutes } from './routes/organizations.ts';
import { portShareRoutes } from './routes/port-shares.ts';
import { provisionerRoutes } from './routes/provisioners.ts';
import { quotaRoutes } from './routes/quotas.ts';
import { templatePlanRoutes } from './routes/template-plans.ts';
import { templateUpkeepRoutes, versionUpkeepRoutes } from './routes/template-upkeep.ts';
import { templateRoutes, templateVersionRoutes } from './routes/templates.ts';
import { userSettingsRoutes } from './routes/user-settings.ts';
import { userRoutes } from './routes/users.ts';
import { workspaceAclRoutes } from './routes/workspace-acl.ts';
import { buildRoutes, workspaceRoutes } from './routes/workspaces.ts';

/** The prefix of every route of the contract. */
export const API_PREFIX = '/api/v2';
/** Where MCP is spoken over HTTP. */
export const MCP_PATH = '/api/experimental/mcp/http';
/** The header upstream sends its tokens in; `Authorization: Bearer` works as well. */
export const SESSION_TOKEN_HEADER = 'Coder-Session-Token';
export const SESSION_TOKEN_COOKIE = 'coder_session_token';

/** The whole REST contract: one definition for the server's router, the typed client and the OpenAPI document. */
export const contract = {
  deployment: deploymentRoutes,
  health: healthRoutes,
  provisioners: provisionerRoutes,
  insights: insightsRoutes,
  users: { ...userRoutes, ...userSettingsRoutes },
  organizations: organizationRoutes,
  groups: groupRoutes,
  quotas: quotaRoutes,
  apiKeys: apiKeyRoutes,
  templates: { ...templateRoutes, ...templateUpkeepRoutes },
  templateVersions: { ...templateVersionRoutes, ...versionUpkeepRoutes, ...templatePlanRoutes },
  workspaces: { ...workspaceRoutes, ...workspaceAclRoutes, ...portShareRoutes, ...workspaceDetailRoutes },
  builds: { ...buildRoutes, ...buildDetailRoutes },
  agents: agentRoutes,
  processes: processRoutes,
  files: fileRoutes,
  oauth2: oauth2Routes,
  oauth2Provider: oauth2ProviderRoutes,
  approvals: approvalRoutes,
};
