import { type RawBuilder, sql } from 'kysely';

const id = sql`audit_logs.resource_id::uuid`;
const ofWorkspace = (workspaceId: RawBuilder<unknown>) =>
  sql`(select w.organization_id from workspaces w where w.id = ${workspaceId})`;
const ofAgent = sql`(select w.organization_id from workspace_agents a join workspaces w on w.id = a.workspace_id where a.id = ${id})`;
/** A build that was refused has its workspace for a target. */
const ofBuild = sql`coalesce((select w.organization_id from workspace_builds b join workspaces w on w.id = b.workspace_id
  where b.id = ${id}), ${ofWorkspace(id)})`;

/**
 * The condition that an entry is about something of these organizations. What a target belongs to is looked up when somebody
 * asks, since few do; what belongs to no organization (accounts, tokens, calls of tools) is never selected.
 */
export function isOfOrganizations(organizationIds: readonly string[]): RawBuilder<boolean> {
  return sql<boolean>`(audit_logs.additional_fields->>'organization_id' = any(${organizationIds}::text[])
    or (audit_logs.resource_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' and case audit_logs.resource_type
      when 'organization' then ${id}
      when 'group' then (select g.organization_id from groups g where g.id = ${id})
      when 'workspace' then ${ofWorkspace(id)}
      when 'workspace_build' then ${ofBuild}
      when 'workspace_agent' then ${ofAgent}
      when 'workspace_app' then ${ofAgent}
      when 'template' then (select t.organization_id from templates t where t.id = ${id})
      when 'template_version' then (select v.organization_id from template_versions v where v.id = ${id})
    end = any(${organizationIds}::uuid[])))`;
}
