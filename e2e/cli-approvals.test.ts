import type { Approval } from '@coder/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDeployment, type Deployment } from './harness/deployment.ts';
import { connectHttp } from './harness/mcp.ts';
import { outcomesOf } from './harness/outcomes.ts';
import { starter } from './harness/templates.ts';
import { coderInTerminal } from './harness/terminal.ts';
import { verifies } from './requirements.ts';

let deployment: Deployment;
const { ok } = outcomesOf(() => deployment);

beforeAll(async () => {
  // Half of it goes to the person who decides.
  deployment = await createDeployment({ env: { CODER_MCP_HTTP_TIMEOUT: '4s' } });
  await starter(deployment, 'local');
  const created = await deployment.coder(['create', 'web', '--template', 'local', '--yes']);
  if (created.code !== 0) throw new Error(created.stderr);
}, 90_000);

afterAll(() => deployment?.[Symbol.asyncDispose](), 60_000);

const policy = async () => JSON.parse(await ok('approvals', 'policy', 'show', '-o', 'json')) as unknown;
const pending = async () =>
  JSON.parse(await ok('approvals', 'list', '--status', 'pending', '-o', 'json')) as Approval[];

test(verifies('cli.approvals-policy'), { timeout: 60_000 }, async () => {
  expect(await ok('approvals', 'policy', 'set', 'commands')).toContain('commands');
  await ok('approvals', 'policy', 'set', 'delete,templates', '--deployment');
  expect(await policy()).toEqual({
    deployment: ['delete', 'templates'],
    user: ['commands'],
    effective: ['delete', 'commands', 'templates'],
  });
  expect(await ok('approvals', 'policy')).toMatch(/commands +needed +yes +Run a command/);
  const wrong = await deployment.coder(['approvals', 'policy', 'set', 'comands']);
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('Did you mean commands?')]);
  await ok('approvals', 'policy', 'set', 'none', '--deployment');
  await ok('approvals', 'policy', 'set', 'none');
  expect(await policy()).toEqual({ deployment: [], user: [], effective: [] });
});

test(verifies('cli.approvals'), { timeout: 90_000 }, async () => {
  await ok('approvals', 'policy', 'set', 'commands');
  await using mcp = await connectHttp(deployment.url, deployment.token, 'modern');
  const call = { workspace: 'web', command: 'echo one\necho \u001b[2Jtwo' };
  expect(await mcp.fail('coder_workspace_bash', call)).toContain('needs the approval of ada');

  const [asked] = await pending();
  const id = asked?.id ?? '';
  expect(await ok('approvals', 'list')).toMatch(
    /Run a command in ada\/web: echo one echo \[ESC\]\[2Jtwo .* waits for a decision/,
  );
  const shown = await ok('approvals', 'show', id.slice(0, 8));
  expect(shown).toContain('command:\n  | echo one\n  | echo [ESC][2Jtwo\n');
  expect(shown).toMatch(/How +MCP, tool coder_workspace_bash/);
  const unasked = await deployment.coder(['approvals', 'approve', id]);
  expect([unasked.code, unasked.stderr]).toEqual([1, expect.stringContaining('--yes')]);

  // A token, however much it may do, is no person.
  const token = (await ok('tokens', 'create')).trim();
  const program = await deployment.coder(['approvals', 'approve', id, '--yes', '--token', token]);
  expect([program.code, await pending()]).toEqual([1, [expect.objectContaining({ id })]]);

  const terminal = coderInTerminal(['approvals', 'approve', id], deployment.env);
  await terminal.shows(/echo \[ESC\]\[2Jtwo[\s\S]*Approve exactly this\?/);
  terminal.type('y');
  expect(await terminal.ended).toBe(0);
  expect(await mcp.call('coder_workspace_bash', call)).toMatchObject({ exit_code: 0 });
  expect(await ok('approvals', 'show', id)).toMatch(/Status +approved and done/);

  const other = { workspace: 'web', command: 'rm -rf ~' };
  await mcp.fail('coder_workspace_bash', other);
  const [again] = await pending();
  await ok('approvals', 'deny', again?.id ?? '', '--reason', 'never that');
  expect(await mcp.fail('coder_workspace_bash', other)).toContain('never that');
  expect(await pending()).toEqual([]);
  const none = await deployment.coder(['approvals', 'show', 'beef']);
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('coder approvals list')]);
});
