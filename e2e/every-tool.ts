import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { McpClient } from './harness/mcp.ts';

/** What calls of one run hand on to those after them. */
export type Run = {
  /** Unlike those of any other run. */
  readonly name: string;
  readonly workspace: string;
  readonly port: number;
  kept: Record<string, string>;
};

type Row = {
  args: (run: Run) => Record<string, unknown>;
  /** Throws when the answer is not what the tool is for. */
  check: (answer: never, run: Run, mcp: McpClient) => unknown;
};
const row = <Answer>(
  args: (run: Run) => Record<string, unknown>,
  check: (answer: Answer, run: Run, mcp: McpClient) => unknown,
): Row => ({ args, check });

type Output = { output: string; exit_code?: number; process_id?: string; running?: boolean };
type Named = { id: string; name: string };

const manifest = (name: string): string => `name: ${name}
parameters:
  - { name: cpus, type: number, default: 2, mutable: true, validation: { min: 1, max: 8 } }
runtime:
  local: { cpus: "\${{ parameters.cpus }}", processes: 512 }
agent:
  startup_script: echo started with $CODER_PARAMETER_CPUS
apps:
  - { slug: site, display_name: Site, url: "http://localhost:48125" }
`;

/** Every tool, in an order in which each finds what it needs; a tool without a row fails the test. */
export const rows: Record<string, Row> = {
  coder_get_authenticated_user: row(
    () => ({}),
    (user: { username: string }) => expect(user.username).toBe('ada'),
  ),
  coder_list_organizations: row(
    () => ({}),
    (list: { name: string; is_default?: true }[]) => expect(list).toMatchObject([{ is_default: true }]),
  ),

  coder_upload_tar_file: row(
    ({ name }) => ({ files: { 'template.yaml': manifest(name), 'README.md': '# A template\n' } }),
    (file: { hash: string; file_id: string }, { kept }) => {
      expect(file.hash).toBe(file.file_id);
      kept.file = file.file_id;
    },
  ),
  coder_create_template_version: row(
    ({ kept }) => ({ file_id: kept.file }),
    (version: { id: string; status: string }, { kept }) => {
      expect(version.status).toBe('succeeded');
      kept.version = version.id;
    },
  ),
  coder_get_template_version_logs: row(
    ({ kept }) => ({ template_version_id: kept.version }),
    (lines: string[]) => expect(lines.length).toBeGreaterThan(0),
  ),
  coder_create_template: row(
    ({ name, kept }) => ({ name, version_id: kept.version, display_name: 'Every tool', description: '' }),
    (template: Named, { name }) => expect(template).toMatchObject({ name, display_name: 'Every tool' }),
  ),
  coder_update_template_active_version: row(
    ({ name, kept }) => ({ template_id: name, template_version_id: kept.version }),
    (answer: string) => expect(answer).toBe('Successfully updated active version!'),
  ),
  coder_list_templates: row(
    () => ({}),
    (list: Named[], { name }) => expect(list.map((one) => one.name)).toContain(name),
  ),
  coder_get_template: row(
    ({ name }) => ({ template_id: name }),
    (template: { parameters: { name: string }[] }, { kept }) => {
      expect(template).toMatchObject({ active_version_id: kept.version, parameters: [{ name: 'cpus' }] });
    },
  ),
  coder_template_version_parameters: row(
    ({ kept }) => ({ template_version_id: kept.version }),
    (list: Named[]) => expect(list).toMatchObject([{ name: 'cpus', default_value: '2' }]),
  ),

  coder_create_workspace: row(
    ({ name, workspace }) => ({
      name: workspace,
      template_id: name,
      rich_parameters: { cpus: 1 },
      wait_ms: 45_000,
      idempotency_key: workspace,
    }),
    (made: { id: string; ready: boolean }, { kept }) => {
      expect(made.ready).toBe(true);
      kept.workspace = made.id;
    },
  ),
  coder_list_workspaces: row(
    () => ({}),
    (list: { workspaces: Named[] }, { workspace }) =>
      expect(list.workspaces.map((one) => one.name)).toContain(workspace),
  ),
  coder_get_workspace: row(
    ({ workspace }) => ({ workspace_id: workspace }),
    (one: { status: string }, { kept }) =>
      expect(one).toMatchObject({ status: 'running', id: kept.workspace }),
  ),
  coder_workspace_readiness: row(
    ({ workspace }) => ({ workspace }),
    (answer: { ready: boolean }) => expect(answer.ready).toBe(true),
  ),
  coder_get_workspace_build_logs: row(
    ({ workspace }) => ({ workspace }),
    (lines: string[], { workspace }) => expect(lines[0]).toContain(workspace),
  ),
  coder_get_workspace_agent_logs: row(
    ({ workspace }) => ({ workspace }),
    (lines: string[]) => expect(lines.join('\n')).toContain('started with 1'),
  ),

  coder_workspace_bash: row(
    ({ workspace }) => ({ workspace, command: 'echo "from bash"; exit 3' }),
    (answer: Output) => expect(answer).toMatchObject({ output: 'from bash', exit_code: 3 }),
  ),
  coder_workspace_execute: row(
    ({ workspace }) => ({ workspace, command: 'echo begun; exec sleep 600', run_in_background: true }),
    (answer: { background_process_id: string }, { kept }) => {
      kept.process = answer.background_process_id;
    },
  ),
  coder_workspace_process_output: row(
    ({ workspace, kept }) => ({ workspace, process_id: kept.process, after: 0, wait_timeout: '10s' }),
    (answer: Output) => expect(answer).toMatchObject({ output: 'begun\n', running: true }),
  ),
  coder_workspace_process_list: row(
    ({ workspace }) => ({ workspace, state: 'running' }),
    (list: { processes: { process_id: string }[] }, { kept }) =>
      expect(list.processes.map((one) => one.process_id)).toContain(kept.process),
  ),
  coder_workspace_process_signal: row(
    ({ workspace, kept }) => ({ workspace, process_id: kept.process, signal: 'terminate' }),
    (answer: { running: boolean }) => expect(answer.running).toBe(false),
  ),

  coder_workspace_write_file: row(
    ({ workspace }) => ({ workspace, path: '~/notes/a.txt', content: 'one\ntwo\n' }),
    (answer: { created: boolean }) => expect(answer.created).toBe(true),
  ),
  coder_workspace_edit_file: row(
    ({ workspace }) => ({ workspace, path: '~/notes/a.txt', edits: [{ search: 'two', replace: 'three' }] }),
    (answer: { files: { diff: string }[] }) => expect(answer.files[0]?.diff).toContain('+three'),
  ),
  coder_workspace_edit_files: row(
    ({ workspace }) => ({
      workspace,
      files: [{ path: '~/notes/a.txt', edits: [{ old_text: 'one', new_text: 'zero' }] }],
    }),
    (answer: { message: string }) => expect(answer.message).toBe('File(s) edited successfully.'),
  ),
  coder_workspace_read_file: row(
    ({ workspace }) => ({ workspace, path: '~/notes/a.txt' }),
    (text: string) => expect(text).toBe('zero\nthree\n'),
  ),
  coder_workspace_ls: row(
    ({ workspace }) => ({ workspace, path: '~/notes' }),
    (list: { contents: { path: string }[] }) =>
      expect(list.contents).toMatchObject([{ is_dir: false, size: 11 }]),
  ),
  coder_workspace_copy: row(
    ({ workspace }) => ({ workspace, path: '~/notes', to_path: '~/copy' }),
    (copy: { files: number; bytes: number }) => expect(copy).toMatchObject({ files: 1, bytes: 11 }),
  ),
  coder_workspace_download_link: row(
    ({ workspace }) => ({ workspace, path: '~/copy/a.txt' }),
    async (link: { url: string; sha256: string }) => {
      const text = await (await fetch(link.url)).text();
      expect(text).toBe('zero\nthree\n');
      expect(createHash('sha256').update(text).digest('hex')).toBe(link.sha256);
    },
  ),
  coder_workspace_upload_link: row(
    ({ workspace }) => ({ workspace, path: '~/uploaded.txt', max_bytes: 100 }),
    async (link: { url: string }, { workspace }, mcp) => {
      const put = () => fetch(link.url, { method: 'PUT', body: 'from outside' });
      expect((await put()).status).toBe(201);
      expect((await put()).status).toBe(409);
      expect(await mcp.call('coder_workspace_read_file', { workspace, path: '~/uploaded.txt' })).toBe(
        'from outside',
      );
    },
  ),

  coder_workspace_list_apps: row(
    ({ workspace }) => ({ workspace }),
    (list: { apps: { slug: string; url: string }[] }) =>
      expect(list.apps).toMatchObject([{ slug: 'site', url: expect.stringContaining('/apps/site/') }]),
  ),
  coder_workspace_port_forward: row(
    ({ workspace, port }) => ({ workspace, port }),
    (answer: { url: string }, { port }) => expect(answer.url).toContain(`/ports/${port}/`),
  ),
  coder_workspace_metrics: row(
    ({ workspace }) => ({ workspace }),
    (answer: { workspaces: object[] }, { workspace }) =>
      expect(answer.workspaces).toMatchObject([{ name: workspace, verdict: expect.any(String) }]),
  ),
  coder_workspace_update: row(
    ({ workspace }) => ({ workspace, rich_parameters: { cpus: 3 }, wait_ms: 45_000 }),
    async (answer: { ready: boolean; changed: object }, { workspace }, mcp) => {
      expect(answer).toMatchObject({ ready: true, changed: { cpus: { from: '1', to: '3' } } });
      const command = 'echo $CODER_PARAMETER_CPUS; cat ~/copy/a.txt';
      const after = await mcp.call<Output>('coder_workspace_bash', { workspace, command });
      expect(after.output).toBe('3\nzero\nthree');
    },
  ),

  search: row(
    ({ workspace }) => ({ query: `workspaces/name:${workspace}` }),
    (found: { results: { id: string; title: string; url: string }[] }, { workspace, kept }) => {
      expect(found.results).toMatchObject([{ title: workspace, url: expect.stringMatching(/^http/) }]);
      kept.found = found.results[0]?.id ?? '';
    },
  ),
  fetch: row(
    ({ kept }) => ({ id: kept.found }),
    (document: { id: string; text: string }, { kept }) => {
      expect(document).toMatchObject({
        id: kept.found,
        url: expect.any(String),
        metadata: { type: 'workspace' },
      });
      expect(JSON.parse(document.text)).toMatchObject({ id: kept.workspace });
    },
  ),

  coder_create_workspace_build: row(
    ({ workspace }) => ({ workspace_id: workspace, transition: 'delete', wait_ms: 45_000 }),
    (build: { status: string }) => expect(build.status).toBe('deleted'),
  ),
  coder_delete_template: row(
    ({ name }) => ({ template_id: name }),
    (answer: { message: string }) => expect(answer.message).toBe('Template deleted successfully.'),
  ),
};
