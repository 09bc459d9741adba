import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Run, rows } from './every-tool.ts';
import { createDeployment, type Deployment } from './harness/deployment.ts';
import { connectHttp, connectStdio, type McpClient } from './harness/mcp.ts';
import { verifies } from './requirements.ts';

let deployment: Deployment;
beforeAll(async () => {
  deployment = await createDeployment();
});
afterAll(() => deployment[Symbol.asyncDispose]());

const MINUTES = 60_000;
/** ChatGPT's pair is in a toolset of its own. */
const ofChatGpt = new Set(['search', 'fetch']);
const toolsets = ['standard', 'workspace', 'readonly', 'chatgpt'];

type Connect = (toolset: string) => Promise<McpClient>;
const http: Connect = (toolset) =>
  connectHttp(deployment.url, deployment.token, 'modern', `?toolset=${toolset}`);
const stdio: Connect = (toolset) => connectStdio(deployment.env, 'modern', [`--toolset=${toolset}`]);

async function namesOf(connect: Connect): Promise<Set<string>> {
  const names = new Set<string>();
  for (const toolset of toolsets) {
    await using mcp = await connect(toolset);
    for (const { name } of (await mcp.client.listTools()).tools) names.add(name);
  }
  return names;
}

async function everyTool(way: string, connect: Connect): Promise<void> {
  // A tool without a row, and a row without a tool.
  expect([...(await namesOf(connect))].toSorted()).toEqual(Object.keys(rows).toSorted());
  const name = `${way}-${randomBytes(3).toString('hex')}`;
  const run: Run = { name, workspace: `in-${name}`, port: 48_126, kept: {} };
  await using standard = await connect('standard');
  await using chatgpt = await connect('chatgpt');
  for (const [tool, { args, check }] of Object.entries(rows)) {
    const mcp = ofChatGpt.has(tool) ? chatgpt : standard;
    const answer = await mcp.call(tool, args(run));
    await check(answer as never, run, standard);
  }
  await expect.poll(() => auditedBy(way), { timeout: 10_000 }).toEqual(Object.keys(rows).toSorted());
}

/** The tools of which the audit log has a row that came this way. */
async function auditedBy(way: string): Promise<string[]> {
  const { audit_logs } = await deployment.client.deployment.audit({
    q: 'resource_type:mcp_tool',
    limit: 1_000,
  });
  const tools = audit_logs
    .map(({ additional_fields: fields }) => fields as { tool: string; via: string })
    .filter(({ via }) => (via === 'mcp stdio') === (way === 'stdio'));
  return [...new Set(tools.map(({ tool }) => tool))].toSorted();
}

async function everyResource(workspace: string, connect: Connect): Promise<void> {
  await using mcp = await connect('standard');
  const files = { 'template.yaml': `name: ${workspace}\nruntime:\n  local: {}\n` };
  const { file_id } = await mcp.call<{ file_id: string }>('coder_upload_tar_file', { files });
  const version = await mcp.call<{ id: string }>('coder_create_template_version', { file_id });
  await mcp.call('coder_create_template', { name: workspace, version_id: version.id });
  await mcp.call('coder_create_workspace', { name: workspace, template_id: workspace, wait_ms: 45_000 });
  await mcp.call('coder_workspace_write_file', { workspace, path: '~/a b.txt', content: 'as a resource' });
  const text = async (uri: string) => {
    const [content] = (await mcp.client.readResource({ uri })).contents;
    return content && 'text' in content ? content.text : '';
  };
  const listed = (await mcp.client.listResources()).resources.map(({ uri }) => uri);
  expect(listed).toEqual(['coder://workspaces', 'coder://templates/guide']);
  expect(await text('coder://workspaces')).toContain(workspace);
  expect(await text('coder://templates/guide')).toContain('How to write a template');
  const templates = (await mcp.client.listResourceTemplates()).resourceTemplates;
  expect(templates.map(({ name }) => name)).toEqual(['workspace', 'build_log', 'file']);
  const base = `workspace://me/${workspace}`;
  expect(JSON.parse(await text(base))).toMatchObject({ name: workspace, status: 'running' });
  expect(await text(`${base}/build-log`)).toContain('Starting workspace');
  expect(await text(`${base}/files/~/a%20b.txt`)).toBe('as a resource');
  await expect(text(`${base}/files/~/none`)).rejects.toThrow();
}

test(verifies('mcp.every-tool.http'), { timeout: 3 * MINUTES }, () => everyTool('http', http));
test(verifies('mcp.every-tool.stdio'), { timeout: 3 * MINUTES }, () => everyTool('stdio', stdio));
test(verifies('mcp.resources.http'), { timeout: MINUTES }, () => everyResource('over-http', http));
test(verifies('mcp.resources.stdio'), { timeout: MINUTES }, () => everyResource('over-stdio', stdio));

// Last, because the tests above count on there being one.
test(verifies('mcp.organizations'), { timeout: MINUTES }, async () => {
  const { client } = deployment;
  await client.organizations.create({ name: 'research' });
  await client.organizations.addMember({ organization: 'research', user: 'me' });
  await using mcp = await http('standard');
  const organizations = await mcp.call<{ name: string }[]>('coder_list_organizations');
  expect(organizations.map(({ name }) => name)).toContain('research');
  const files = { 'template.yaml': 'name: lab\nruntime:\n  local: {}\n' };
  const { file_id } = await mcp.call<{ file_id: string }>('coder_upload_tar_file', { files });
  const refused = await mcp.fail('coder_create_template_version', { file_id });
  expect(refused).toContain('You belong to several organizations');
  expect(refused).toContain('coder_list_organizations');
  const wrong = await mcp.fail('coder_create_template_version', { file_id, organization_id: 'nowhere' });
  expect(wrong).toContain('"nowhere"');
  const organization_id = 'research';
  const version = await mcp.call<{ id: string }>('coder_create_template_version', {
    file_id,
    organization_id,
  });
  await mcp.call('coder_create_template', { name: 'lab', version_id: version.id });
  const listed = await mcp.call<{ name: string }[]>('coder_list_templates', { organization_id });
  expect(listed.map(({ name }) => name)).toEqual(['lab']);
  expect(await mcp.call('coder_get_template', { template_id: 'research/lab' })).toMatchObject({
    name: 'lab',
  });
  expect(await mcp.call('coder_delete_template', { template_id: 'research/lab' })).toMatchObject({
    message: 'Template deleted successfully.',
  });
});
