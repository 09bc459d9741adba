import { expect } from 'vitest';
import type { McpClient } from './harness/mcp.ts';
import { type PromptCall, promptCalls } from './harness/prompt-calls.ts';

/**
 * What an AI agent does that is given the prompts of the worked examples: it makes the prompt's own calls, as they stand, and
 * does between them what the prompt leaves to it. All of it goes through MCP, and nothing needs a network: the projects are
 * of what Node has by itself.
 */

type Ran = { output: string; exit_code: number };
type Made = { name: string; ready: boolean };

/** Makes the calls of a prompt one after the other; hands each answer on by the tool that gave it. */
function player(mcp: McpClient, calls: readonly PromptCall[]) {
  const left = [...calls];
  return {
    /** Makes the calls up to and including the next of a tool, and gives what that one answered. */
    async upTo<T>(tool: string): Promise<T> {
      for (;;) {
        const next = left.shift();
        if (!next) throw new Error(`the prompt has no further call of ${tool}`);
        const answer = await mcp.call<T>(next.tool, next.args);
        if (next.tool === tool) return answer;
      }
    },
    /** The next call, which takes what only its reader knows. */
    take(tool: string): PromptCall['args'] {
      const next = left.shift();
      expect(next?.tool).toBe(tool);
      return next?.args ?? {};
    },
    done: () => expect(left).toEqual([]),
  };
}

const shell = (mcp: McpClient, workspace: string, command: string, more: object = {}): Promise<Ran> =>
  mcp.call<Ran>('coder_workspace_bash', { workspace, command, ...more });

async function succeeds(mcp: McpClient, workspace: string, command: string): Promise<string> {
  const ran = await shell(mcp, workspace, command, { timeout_ms: 60_000 });
  expect(ran.exit_code, ran.output).toBe(0);
  return ran.output;
}

async function writeAll(mcp: McpClient, workspace: string, files: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mcp.call('coder_workspace_write_file', { workspace, path, content });
  }
}

/** Starts a server in the background and gives the URL at which people see it, once it answers. */
async function serve(
  mcp: McpClient,
  workspace: string,
  command: string,
  port: number,
  seen: (url: string) => Promise<string>,
): Promise<{ url: string; page: string }> {
  await shell(mcp, workspace, command, { background: true });
  await succeeds(
    mcp,
    workspace,
    `for i in $(seq 100); do curl -fsS http://localhost:${port}/ >/dev/null && exit 0; sleep 0.1; done; exit 1`,
  );
  const { url, listening } = await mcp.call<{ url: string; listening: boolean }>(
    'coder_workspace_port_forward',
    { workspace, port },
  );
  expect(listening).toBe(true);
  return { url, page: await seen(url) };
}

const BUILD = `import { cpSync, mkdirSync } from 'node:fs';

mkdirSync('dist', { recursive: true });
cpSync('public', 'dist', { recursive: true });
cpSync('src/app.js', 'dist/app.js');
console.log('built');
`;
const STATIC_SERVER = `import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';

const [folder, port] = process.argv.slice(2);
const types = { html: 'text/html', js: 'text/javascript', css: 'text/css' };
createServer(async (request, response) => {
  const path = new URL(request.url, 'http://x').pathname;
  try {
    const name = path === '/' ? '/index.html' : path;
    const content = await readFile(folder + name);
    response.setHeader('content-type', types[name.split('.').at(-1)] ?? 'text/plain').end(content);
  } catch {
    response.writeHead(404).end();
  }
}).listen(Number(port), '127.0.0.1');
`;
const frontend = (project: string): Record<string, string> => ({
  [`~/${project}/package.json`]: `${JSON.stringify({
    name: project,
    private: true,
    type: 'module',
    scripts: { build: 'node build.mjs', test: 'node --test' },
  })}\n`,
  [`~/${project}/build.mjs`]: BUILD,
  [`~/${project}/src/app.js`]:
    "export function greeting(name) {\n  return `Hello, ${name}!`;\n}\n\nif (typeof document !== 'undefined') {\n  document.querySelector('#app').textContent = greeting('workspace');\n}\n",
  [`~/${project}/test/app.test.js`]:
    "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { greeting } from '../src/app.js';\n\ntest('greets', () => assert.equal(greeting('you'), 'Hello, you!'));\n",
  [`~/${project}/public/index.html`]:
    '<!doctype html><link rel="stylesheet" href="styles.css"><main id="app" class="p-4"></main><script type="module" src="app.js"></script>\n',
  [`~/${project}/public/styles.css`]: '.p-4 { padding: 1rem; }\n',
});

/** "I need to create a new workspace and set up a modern web application." */
export async function startsAProject(
  mcp: McpClient,
  port: number,
  seen: (url: string) => Promise<string>,
): Promise<void> {
  const workspace = 'web-app';
  const prompt = player(mcp, await promptCalls(mcp, 'project_initialization'));
  const template = await prompt.upTo<{ parameters: { name: string }[] }>('coder_get_template');
  expect(template.parameters.map(({ name }) => name)).toContain('project_name');
  const made = await prompt.upTo<Made>('coder_create_workspace');
  expect(made).toMatchObject({ name: workspace, ready: true });
  const there = await prompt.upTo<Ran>('coder_workspace_bash');
  expect(there.output).toMatch(/package\.json[\s\S]*v\d+\./);
  const installed = await prompt.upTo<Ran>('coder_workspace_bash');
  expect(installed.exit_code, installed.output).toBe(0);

  // Its folder is the template's, and what the template has put there makes room.
  await succeeds(mcp, workspace, 'rm -rf ~/my-app/src ~/my-app/test');
  await writeAll(mcp, workspace, { ...frontend('my-app'), '~/my-app/serve.mjs': STATIC_SERVER });
  expect(await succeeds(mcp, workspace, 'npm test && npm run build')).toContain('built');
  const { page } = await serve(mcp, workspace, `exec node serve.mjs dist ${port}`, port, seen);
  expect(page).toContain('<main id="app"');
  expect(await prompt.upTo<{ url: string }>('coder_workspace_port_forward')).toMatchObject({
    url: expect.stringContaining('/ports/8080/'),
  });
  prompt.done();
}

/** "Deploy my frontend changes to staging and update the backend API documentation." */
export async function worksAcrossWorkspaces(
  mcp: McpClient,
  port: number,
  seen: (url: string) => Promise<string>,
): Promise<void> {
  for (const [name, project] of [
    ['frontend', 'app'],
    ['backend', 'api'],
    ['staging', 'site'],
  ] as const) {
    const made = await mcp.call<Made>('coder_create_workspace', {
      name,
      template: 'node',
      rich_parameters: { project_name: project, project_kind: 'empty', cpus: 2 },
      wait_ms: 45_000,
    });
    expect(made.ready).toBe(true);
  }
  await writeAll(mcp, 'frontend', frontend('app'));
  await writeAll(mcp, 'staging', { '~/serve.mjs': STATIC_SERVER });
  await writeAll(mcp, 'backend', {
    '~/api/package.json':
      '{ "name": "api", "private": true, "type": "module", "scripts": { "test": "node --test" } }\n',
    '~/api/routes.mjs': "export const routes = ['/users', '/orders'];\n",
    '~/api/docs/api.md': '# API\n\n- `/users`\n',
    '~/api/test/integration.test.mjs': `import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { routes } from '../routes.mjs';

test('every route is documented', () => {
  const text = readFileSync(new URL('../docs/api.md', import.meta.url), 'utf8');
  for (const route of routes) assert.ok(text.includes(route), route);
});
test('staging serves the frontend', async () => {
  const answer = await fetch('http://127.0.0.1:${port}/app.js');
  assert.match(await answer.text(), /Hello/);
});
`,
  });

  const prompt = player(mcp, await promptCalls(mcp, 'cross_workspace'));
  const { workspaces } = await prompt.upTo<{ workspaces: { name: string }[] }>('coder_list_workspaces');
  expect(workspaces.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['frontend', 'backend', 'staging']),
  );
  await prompt.upTo('coder_workspace_ls');
  await prompt.upTo<Ran>('coder_workspace_bash');
  const built = await prompt.upTo<Ran>('coder_workspace_bash');
  expect(built.exit_code, built.output).toBe(0);
  const deployed = await prompt.upTo<{ files: number; sha256: string }>('coder_workspace_copy');
  expect(deployed).toMatchObject({ files: 3, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  const running = await prompt.upTo<{ processes: object[] }>('coder_workspace_process_list');
  expect(running.processes).toEqual([]);
  const { page } = await serve(mcp, 'staging', `exec node ~/serve.mjs ~/site ${port}`, port, seen);
  expect(page).toContain('app.js');

  const routes = await mcp.call<string>('coder_workspace_read_file', {
    workspace: 'backend',
    path: '~/api/routes.mjs',
  });
  expect(routes).toContain('/orders');
  await mcp.call('coder_workspace_edit_file', {
    workspace: 'backend',
    path: '~/api/docs/api.md',
    edits: [{ search: '- `/users`', replace: '- `/users`\n- `/orders`' }],
  });
  // What listens on the prompt's own port is this machine's affair.
  await prompt.upTo<Ran>('coder_workspace_bash');
  await prompt.upTo('coder_workspace_port_forward');
  const tested = await prompt.upTo<Ran>('coder_workspace_bash');
  expect(tested.exit_code, tested.output).toBe(0);
  prompt.done();
}

type Metrics = { workspaces: { name: string; verdict: string; reason: string }[] };

/** "Check the status of all my workspaces and optimize resource allocation." */
export async function checksTheInfrastructure(mcp: McpClient): Promise<void> {
  const prompt = player(mcp, await promptCalls(mcp, 'infrastructure_check'));
  const { workspaces } = await prompt.upTo<{ workspaces: { name: string; status: string }[] }>(
    'coder_list_workspaces',
  );
  const metrics = await prompt.upTo<Metrics>('coder_workspace_metrics');
  expect(metrics.workspaces.map(({ name }) => name).toSorted()).toEqual(
    workspaces.map(({ name }) => name).toSorted(),
  );
  for (const { verdict, reason } of metrics.workspaces) expect([verdict, reason]).not.toContain('');

  const template = await mcp.call<{ parameters: { name: string }[] }>('coder_get_template', {
    ...prompt.take('coder_get_template'),
    template_id: 'node',
  });
  expect(template.parameters.map(({ name }) => name)).toEqual(expect.arrayContaining(['cpus', 'memory']));
  const smaller = { ...prompt.take('coder_workspace_update'), workspace: 'backend' };
  const updated = await mcp.call<{ ready: boolean }>('coder_workspace_update', smaller);
  expect(updated).toMatchObject({
    ready: true,
    changed: { cpus: { from: '2', to: '1' }, memory: { from: '2', to: '1' } },
  });
  const again = await mcp.call<{ note: string }>('coder_workspace_update', smaller);
  expect(again.note).toContain('Nothing has been done');
  const stop = { ...prompt.take('coder_create_workspace_build'), workspace_id: 'frontend', wait_ms: 45_000 };
  expect(await mcp.call('coder_create_workspace_build', stop)).toMatchObject({ status: 'stopped' });
  prompt.done();

  expect(await mcp.call('coder_workspace_readiness', { workspace: 'backend' })).toMatchObject({
    ready: true,
  });
  const kept = await mcp.call<string>('coder_workspace_read_file', {
    workspace: 'backend',
    path: '~/api/docs/api.md',
  });
  expect(kept).toContain('/orders');
}
