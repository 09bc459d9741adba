import { describe, expect, it } from 'vitest';
import { call, inputsOf } from '../testing/call.ts';
import { fakeDeployment } from '../testing/fake-deployment.ts';
import { agentId, aWorkspace } from '../testing/fixtures.ts';

const sha256 = 'a'.repeat(64);
const copied = {
  path: '/home/ada/b',
  type: 'file',
  files: 1,
  bytes: 3,
  sha256,
  created: true,
  skipped: 0,
  skipped_paths: [],
};

describe('coder_workspace_copy', () => {
  it('copies from one workspace to another, by their names', async () => {
    const deployment = fakeDeployment({ 'files.copy': () => copied });
    const other = deployment.workspaces[1]?.latest_build.resources[0]?.agents?.[0];
    if (!other) throw new Error('no agent');
    other.id = 'b0000000-0000-4000-8000-000000000002';
    const { json } = await call(deployment, 'coder_workspace_copy', {
      workspace: 'api',
      path: '~/a',
      to_workspace: 'db',
      to_path: '~/b',
    });
    const { skipped: _, skipped_paths: __, ...shown } = copied;
    expect(json).toEqual(shown);
    expect(inputsOf(deployment, 'files.copy')).toEqual([
      { agent: other.id, path: '~/b', from_agent: agentId, from_path: '~/a', overwrite: false },
    ]);
  });

  it('within one workspace asks for it once, and starts it if it is stopped', async () => {
    const deployment = fakeDeployment({ 'files.copy': () => copied });
    deployment.workspaces.push(aWorkspace('cold', 'stopped'));
    await call(deployment, 'coder_workspace_copy', {
      from_workspace: 'cold',
      from_path: '/a',
      to_path: '/b/',
      overwrite: true,
    });
    expect(inputsOf(deployment, 'workspaces.createBuild')).toMatchObject([{ transition: 'start' }]);
    expect(inputsOf(deployment, 'files.copy')).toMatchObject([
      { agent: agentId, from_agent: agentId, overwrite: true },
    ]);
  });

  it('tells what was left out', async () => {
    const deployment = fakeDeployment({
      'files.copy': () => ({ ...copied, type: 'directory', skipped: 3, skipped_paths: ['a', 'b'] }),
    });
    const args = { workspace: 'api', path: '~/a', to_path: '~/b' };
    const { json } = await call(deployment, 'coder_workspace_copy', args);
    expect(json).toMatchObject({ skipped: 3, note: expect.stringContaining('a, b and 1 more') });
  });

  it('gives up before its client does, and says so', async () => {
    const deployment = fakeDeployment({ 'files.copy': () => new Promise(() => undefined) });
    const args = { workspace: 'api', path: '~/a', to_path: '~/b' };
    const { text, isError } = await call(deployment, 'coder_workspace_copy', args, { waitMs: 20 });
    expect(isError).toBe(true);
    expect(text).toContain('The copy was given up');
  });
});
