import type { NarrowWorld, Place } from './narrow-world.ts';

/**
 * What must happen to a tool: with `look`, for a token that may look at workspace `a` alone, and with a token that may do
 * everything there and nowhere else. `at` is for what names a workspace, and `by` in which ways it can be named.
 */
export type ToolRow = { look: 'ok' | 'scope'; whole?: 'refused' } & (
  | { at: (reference: string, place: Place) => object; by?: readonly (keyof Place | 'path')[] }
  | { with: (world: NarrowWorld) => object }
);

const named = ['path', 'workspace'] as const;
const inside = (fields: object = {}) => ({
  at: (workspace: string) => ({ workspace, ...fields }),
  by: named,
});
const notes = '~/notes.txt';
const edit = [{ search: 'notes', replace: 'notes' }];

/** One row for each tool of the registry; a tool without one fails the test. */
export const toolRows: Record<string, ToolRow> = {
  coder_list_workspaces: { with: () => ({}), look: 'ok' },
  coder_get_workspace: { at: (id) => ({ workspace_id: id }), by: named, look: 'ok' },
  coder_create_workspace: {
    with: ({ template: { id } }) => ({ name: 'new', template_id: id }),
    look: 'scope',
    whole: 'refused',
  },
  coder_workspace_readiness: { ...inside(), look: 'ok' },
  coder_workspace_bash: { ...inside({ command: 'cat notes.txt' }), look: 'scope' },
  coder_workspace_execute: { ...inside({ command: 'cat notes.txt' }), look: 'scope' },
  coder_workspace_process_output: {
    at: (workspace, { process }) => ({ workspace, process_id: process, wait_timeout: '0s' }),
    by: named,
    look: 'scope',
  },
  coder_workspace_process_list: { ...inside(), look: 'scope' },
  coder_workspace_process_signal: {
    at: (workspace, { process }) => ({ workspace, process_id: process, signal: 'terminate' }),
    by: named,
    look: 'scope',
  },
  coder_workspace_ls: { ...inside({ path: '~' }), look: 'scope' },
  coder_workspace_read_file: { ...inside({ path: notes }), look: 'scope' },
  coder_workspace_write_file: { ...inside({ path: notes, content: 'notes\n' }), look: 'scope' },
  coder_workspace_edit_file: { ...inside({ path: notes, edits: edit }), look: 'scope' },
  coder_workspace_edit_files: {
    ...inside({ files: [{ path: notes, edits: edit }] }),
    look: 'scope',
  },
  coder_workspace_copy: {
    ...inside({ path: notes, to_path: '~/copy.txt', overwrite: true }),
    look: 'scope',
  },
  coder_workspace_download_link: { ...inside({ path: notes }), look: 'scope' },
  coder_workspace_upload_link: { ...inside({ path: '~/to-come.txt' }), look: 'scope' },
  // It has the active version already, so nothing is restarted.
  coder_workspace_update: { ...inside({ template_version_id: 'active' }), look: 'scope' },
  coder_workspace_list_apps: { ...inside(), look: 'ok' },
  coder_workspace_port_forward: { ...inside({ port: 48_124 }), look: 'scope' },
  coder_workspace_metrics: { ...inside(), look: 'ok' },
  coder_get_workspace_build_logs: {
    at: (id) => ({ workspace_build_id: id }),
    by: ['build'],
    look: 'ok',
  },
  coder_get_workspace_agent_logs: {
    at: (id) => ({ workspace_agent_id: id }),
    by: ['agent'],
    look: 'ok',
  },
  coder_list_templates: { with: () => ({}), look: 'ok' },
  coder_get_template: { with: ({ template: { id } }) => ({ template_id: id }), look: 'ok' },
  coder_template_version_parameters: {
    with: ({ template: { version } }) => ({ template_version_id: version }),
    look: 'ok',
  },
  coder_upload_tar_file: {
    with: () => ({ files: { 'template.yaml': 'name: shell\n' } }),
    look: 'scope',
    whole: 'refused',
  },
  coder_create_template_version: {
    with: ({ template: { file } }) => ({ file_id: file }),
    look: 'scope',
    whole: 'refused',
  },
  coder_get_template_version_logs: {
    with: ({ template: { version } }) => ({ template_version_id: version }),
    look: 'ok',
  },
  coder_create_template: {
    with: ({ template: { version } }) => ({ name: 'other', version_id: version }),
    look: 'scope',
    whole: 'refused',
  },
  coder_update_template_active_version: {
    with: ({ template: { id, version } }) => ({ template_id: id, template_version_id: version }),
    look: 'scope',
    whole: 'refused',
  },
  coder_delete_template: {
    with: ({ template: { id } }) => ({ template_id: id }),
    look: 'scope',
    whole: 'refused',
  },
  coder_list_organizations: { with: () => ({}), look: 'ok' },
  coder_get_authenticated_user: { with: () => ({}), look: 'ok' },
  search: { with: () => ({ query: 'workspaces' }), look: 'ok' },
  fetch: { at: (id) => ({ id: `workspace:${id}` }), by: ['workspace'], look: 'ok' },

  // It stops the workspace that the others need, so it comes last.
  coder_create_workspace_build: {
    at: (id) => ({ workspace_id: id, transition: 'stop' }),
    by: ['workspace'],
    look: 'scope',
  },
};
