import { describe, expect, it } from 'vitest';
import { listTool } from './json-schema.ts';
import { tools, toolsFor } from './registry.ts';
import { isRecord } from './result.ts';
import { toolsets } from './toolsets.ts';

const names = (toolset: (typeof toolsets)[number]): string[] =>
  toolsFor(toolset, 'all').map((tool) => tool.name);

/** The tools of upstream's standard toolset, but for tasks and what a later generation dropped. */
const upstream = [
  'coder_create_template',
  'coder_create_template_version',
  'coder_create_workspace',
  'coder_create_workspace_build',
  'coder_delete_template',
  'coder_get_authenticated_user',
  'coder_get_template',
  'coder_get_template_version_logs',
  'coder_get_workspace',
  'coder_get_workspace_agent_logs',
  'coder_get_workspace_build_logs',
  'coder_list_templates',
  'coder_list_workspaces',
  'coder_template_version_parameters',
  'coder_update_template_active_version',
  'coder_upload_tar_file',
  'coder_workspace_bash',
  'coder_workspace_edit_file',
  'coder_workspace_edit_files',
  'coder_workspace_list_apps',
  'coder_workspace_ls',
  'coder_workspace_port_forward',
  'coder_workspace_read_file',
  'coder_workspace_write_file',
];

describe('the registry', () => {
  it('lists what it listed before', async () => {
    for (const tool of tools) {
      const shown = JSON.stringify({ ...listTool(tool), toolsets: tool.toolsets }, null, 2);
      await expect(`${shown}\n`).toMatchFileSnapshot(`__snapshots__/${tool.name}.json`);
    }
  });

  it('has in standard every name of upstream that goes without an agent of its own', () => {
    expect(names('standard')).toEqual(expect.arrayContaining(upstream));
    expect(
      names('standard')
        .filter((name) => !upstream.includes(name))
        .toSorted(),
    ).toEqual([
      'coder_list_organizations',
      'coder_workspace_copy',
      'coder_workspace_download_link',
      'coder_workspace_execute',
      'coder_workspace_metrics',
      'coder_workspace_process_list',
      'coder_workspace_process_output',
      'coder_workspace_process_signal',
      'coder_workspace_readiness',
      'coder_workspace_update',
      'coder_workspace_upload_link',
    ]);
  });

  it('has in workspace what daily work takes, and in chatgpt just its pair', () => {
    expect(names('workspace').toSorted()).toEqual([
      'coder_create_workspace',
      'coder_create_workspace_build',
      'coder_get_template',
      'coder_get_workspace_build_logs',
      'coder_list_templates',
      'coder_list_workspaces',
      'coder_workspace_bash',
      'coder_workspace_edit_file',
      'coder_workspace_ls',
      'coder_workspace_port_forward',
      'coder_workspace_process_output',
      'coder_workspace_process_signal',
      'coder_workspace_read_file',
      'coder_workspace_readiness',
      'coder_workspace_write_file',
    ]);
    expect(names('chatgpt')).toEqual(['search', 'fetch']);
  });

  it('lets readonly change nothing', () => {
    const readonly = toolsFor('readonly', 'all');
    expect(readonly.length).toBeGreaterThan(10);
    expect(readonly.filter((tool) => !tool.annotations.readOnlyHint)).toEqual([]);
  });

  it.each([
    ['standard', 8_000],
    ['workspace', 4_000],
    ['readonly', 4_000],
    ['chatgpt', 500],
  ] as const)('costs in %s at most %d tokens', (toolset, tokens) => {
    const listing = JSON.stringify({ tools: toolsFor(toolset, 'all').map(listTool) });
    expect(listing.length / 4).toBeLessThan(tokens);
  });

  it.each(toolsets)('describes in %s no tool by another that is missing there', (toolset) => {
    const listed = JSON.stringify(toolsFor(toolset, 'all').map(listTool));
    const mentioned = new Set(listed.match(/coder_[a-z_]+/g) ?? []);
    expect([...mentioned].filter((name) => !names(toolset).includes(name))).toEqual([]);
  });

  it('shows a narrow token only what it may use', () => {
    const shown = toolsFor('standard', new Set(['workspace:read'])).map((tool) => tool.name);
    expect(shown).toContain('coder_list_workspaces');
    expect(shown).toContain('coder_get_authenticated_user');
    expect(shown).not.toContain('coder_workspace_bash');
    expect(shown).not.toContain('coder_create_workspace_build');
    expect(shown).not.toContain('coder_list_templates');
  });

  it('shows starting and stopping to a token that may do one of them', () => {
    const shown = toolsFor('standard', new Set(['workspace:read', 'workspace:stop']));
    expect(shown.map((tool) => tool.name)).toContain('coder_create_workspace_build');
  });
});

describe.each(tools.map((tool) => [tool.name, tool] as const))('%s', (name, tool) => {
  const listed = listTool(tool);

  it('has a name, a title and all four annotations', () => {
    expect(name).toMatch(/^[a-z][a-z0-9_]{0,63}$/);
    expect(listed.title.length).toBeGreaterThan(3);
    expect(Object.values(listed.annotations).map((hint) => typeof hint)).toEqual(Array(4).fill('boolean'));
    expect(listed.annotations.readOnlyHint && listed.annotations.destructiveHint).toBe(false);
  });

  it('has a schema that no client chokes on', () => {
    expect(listed.inputSchema.type).toBe('object');
    expect(isRecord(listed.inputSchema.properties)).toBe(true);
    expect(listed.inputSchema).toMatchObject({ additionalProperties: false });
    expect(nullsIn(listed)).toEqual([]);
    if ('required' in listed.inputSchema) expect(listed.inputSchema.required).not.toEqual([]);
  });

  it('describes itself in few words', () => {
    expect(listed.description.length).toBeGreaterThan(10);
    expect(listed.description.length).toBeLessThan(340);
  });

  it('takes aliases only for arguments that it has', () => {
    for (const own of Object.values(tool.aliases ?? {})) {
      expect(Object.keys(listed.inputSchema.properties)).toContain(own);
    }
  });
});

/** The paths of every null and undefined within a value. */
function nullsIn(value: unknown, path = ''): string[] {
  if (value === null || value === undefined) return [path];
  if (typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, one]) => nullsIn(one, `${path}/${key}`));
}
