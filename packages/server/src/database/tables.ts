import type { AgentsTables } from './tables/agents.ts';
import type { ApprovalsTables } from './tables/approvals.ts';
import type { AuditTables } from './tables/audit.ts';
import type { GroupsTables } from './tables/groups.ts';
import type { IdempotencyTables } from './tables/idempotency.ts';
import type { IdentityTables } from './tables/identity.ts';
import type { InsightsTables } from './tables/insights.ts';
import type { JobsTables } from './tables/jobs.ts';
import type { OAuthTables } from './tables/oauth.ts';
import type { OrganizationsTables } from './tables/organizations.ts';
import type { SettingsTables } from './tables/settings.ts';
import type { TemplatesTables } from './tables/templates.ts';
import type { WorkspacesTables } from './tables/workspaces.ts';

/** Every table of the schema, by its name. */
export interface Tables
  extends AgentsTables,
    ApprovalsTables,
    AuditTables,
    GroupsTables,
    IdempotencyTables,
    IdentityTables,
    InsightsTables,
    JobsTables,
    OAuthTables,
    OrganizationsTables,
    SettingsTables,
    TemplatesTables,
    WorkspacesTables {}
