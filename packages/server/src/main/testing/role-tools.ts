import { readers } from './role-routes/index.ts';
import { type Answers, type Caller, callers, type RoleWorld, who } from './role-world.ts';

/**
 * How a tool answers: `refused` says that there is no such thing, that the caller may not see it, or may not do this with it;
 * `invalid` finds something else wrong, which is looked at once it is clear that the caller may.
 */
export type ToolOutcome = 'ok' | 'invalid' | 'refused';

/** What must happen to a tool, by caller. */
export type RoleToolRow = {
  answers: Answers<ToolOutcome>;
  /** Where the narrow tokens' row does not do. */
  with?: (world: RoleWorld) => object;
  /** Whether the text of an answer that is `ok` holds this depends on the caller. */
  shows?: { text: (world: RoleWorld) => string; to: readonly Caller[] };
};

const templateAdmins = [
  'owner',
  'template-admin',
  'organization-admin',
  'organization-template-admin',
] as const;
const free = who<ToolOutcome>('ok');
const seen = who<ToolOutcome>('refused', ['ok', readers]);
const entered = who<ToolOutcome>('refused', ['ok', ['owner', 'own', 'use', 'admin']]);
const inOrganization = who<ToolOutcome>('ok', ['refused', ['elsewhere']]);
const reference = ({ place }: RoleWorld) => `${place.owner}/${place.name}`;
const showsPlace = { text: ({ place }: RoleWorld) => place.workspace, to: readers };
const inside = callers.filter((caller) => caller !== 'elsewhere');
const unknown = { rich_parameters: { none: '1' } };

/** One row for each tool of the registry; a tool without one fails the test. */
export const roleToolRows: Record<string, RoleToolRow> = {
  coder_list_workspaces: {
    answers: free,
    with: ({ place }) => ({ owner: place.owner }),
    shows: showsPlace,
  },
  coder_get_workspace: { answers: seen },
  coder_create_workspace: {
    answers: who('invalid', ['refused', ['organization-workspace-creation-ban', 'elsewhere']]),
    with: ({ narrow }) => ({ name: 'new', template_id: narrow.template.id, ...unknown }),
  },
  coder_workspace_readiness: { answers: seen },
  coder_workspace_bash: { answers: entered },
  coder_workspace_execute: { answers: entered },
  coder_workspace_process_output: { answers: entered },
  coder_workspace_process_list: { answers: entered },
  coder_workspace_process_signal: { answers: entered },
  coder_workspace_ls: { answers: entered },
  coder_workspace_read_file: { answers: entered },
  coder_workspace_write_file: { answers: entered },
  coder_workspace_edit_file: { answers: entered },
  coder_workspace_edit_files: { answers: entered },
  coder_workspace_copy: { answers: entered },
  coder_workspace_download_link: { answers: entered },
  coder_workspace_upload_link: { answers: entered },
  coder_workspace_update: {
    answers: who('refused', ['invalid', ['owner', 'organization-admin', 'own', 'admin']]),
    with: (world) => ({ workspace: reference(world), ...unknown }),
  },
  coder_workspace_list_apps: { answers: seen },
  coder_workspace_port_forward: { answers: seen },
  coder_workspace_metrics: { answers: seen },
  coder_get_workspace_build_logs: { answers: seen },
  coder_get_workspace_agent_logs: { answers: seen },
  coder_list_templates: {
    answers: free,
    shows: { text: ({ narrow }) => narrow.template.id, to: inside },
  },
  coder_get_template: { answers: inOrganization },
  coder_template_version_parameters: { answers: inOrganization },
  coder_upload_tar_file: { answers: free },
  coder_create_template_version: {
    answers: who('refused', ['ok', ['owner', 'template-admin']], ['invalid', templateAdmins]),
  },
  coder_get_template_version_logs: { answers: inOrganization },
  coder_create_template: { answers: who('refused', ['invalid', templateAdmins]) },
  coder_update_template_active_version: { answers: who('refused', ['ok', templateAdmins]) },
  coder_delete_template: { answers: who('refused', ['invalid', templateAdmins]) },
  coder_list_organizations: {
    answers: free,
    shows: { text: ({ narrow }) => narrow.organization, to: inside },
  },
  coder_get_authenticated_user: { answers: free },
  search: {
    answers: free,
    with: ({ place }) => ({ query: `workspaces/owner:${place.owner}` }),
    shows: showsPlace,
  },
  fetch: { answers: seen },
  // Another version than its own: who may only start it starts it as it is.
  coder_create_workspace_build: {
    answers: who('refused', ['invalid', ['owner', 'organization-admin', 'own', 'admin']]),
    with: ({ place, victim }) => ({
      workspace_id: place.workspace,
      transition: 'start',
      template_version_id: victim.id,
    }),
  },
};
