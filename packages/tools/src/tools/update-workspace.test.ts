import { ApiError, type ErrorCode } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { call, inputsOf } from '../testing/call.ts';
import { fakeDeployment } from '../testing/fake-deployment.ts';
import { aWorkspace } from '../testing/fixtures.ts';

describe('coder_workspace_update', () => {
  const parameters = (values: Record<string, string>) =>
    Object.entries(values).map(([name, value]) => ({ name, value }));

  function deployment(now: Record<string, string>, after: Record<string, string>) {
    const made = fakeDeployment({
      'templateVersions.parameters': () => [template('cpus')],
      'builds.parameters': () =>
        parameters(made.calls.some(({ route }) => route === 'workspaces.createBuild') ? after : now),
    });
    return made;
  }

  it('restarts with other values and tells what has changed', async () => {
    const made = deployment({ cpus: '2', memory: '2' }, { cpus: '1', memory: '2' });
    const { json } = await call(made, 'coder_workspace_update', {
      workspace: 'api',
      rich_parameters: { cpus: 1 },
      wait_ms: 30_000,
    });
    expect(json).toMatchObject({
      transition: 'start',
      changed: { cpus: { from: '2', to: '1' } },
      ready: true,
    });
    expect(inputsOf(made, 'workspaces.createBuild')).toMatchObject([
      { transition: 'start', rich_parameter_values: [{ name: 'cpus', value: '1' }] },
    ]);
  });

  it('says how to wait when it does not', async () => {
    const made = deployment({}, { cpus: '1' });
    const args = { workspace: 'api', parameters: { cpus: 1 } };
    const { json } = await call(made, 'coder_workspace_update', args);
    expect(json).toMatchObject({
      changed: { cpus: { from: null, to: '1' } },
      note: expect.stringContaining('readiness'),
    });
  });

  it('does nothing to what is so already', async () => {
    const made = deployment({ cpus: '2' }, {});
    const { json } = await call(made, 'coder_workspace_update', {
      workspace: 'api',
      rich_parameters: { cpus: 2 },
      template_version_id: 'active',
    });
    expect(json.note).toContain('Nothing has been done');
    expect(inputsOf(made, 'workspaces.createBuild')).toEqual([]);
  });

  it('does again what holds for one build only, and starts what is stopped', async () => {
    const once = fakeDeployment({
      'builds.parameters': () => parameters({ reset: 'true' }),
      'templateVersions.parameters': () => [{ ...template('reset'), ephemeral: true }],
    });
    await call(once, 'coder_workspace_update', { workspace: 'api', rich_parameters: { reset: true } });
    expect(inputsOf(once, 'workspaces.createBuild')).toHaveLength(1);
    const stopped = deployment({ cpus: '2' }, { cpus: '2' });
    stopped.workspaces.push(aWorkspace('cold', 'stopped'));
    await call(stopped, 'coder_workspace_update', { workspace: 'cold', rich_parameters: { cpus: 2 } });
    expect(inputsOf(stopped, 'workspaces.createBuild')).toHaveLength(1);
  });

  it('restarts for who may not look at the template, and ends nothing when that could not be asked', async () => {
    const refusing = (code: ErrorCode) =>
      fakeDeployment({
        'builds.parameters': () => parameters({ cpus: '2' }),
        'templateVersions.parameters': () => {
          throw new ApiError(code);
        },
      });
    const args = { workspace: 'api', rich_parameters: { cpus: 2 } };
    for (const code of ['NOT_FOUND', 'FORBIDDEN', 'INSUFFICIENT_SCOPE'] as const) {
      const narrow = refusing(code);
      await call(narrow, 'coder_workspace_update', args);
      expect(inputsOf(narrow, 'workspaces.createBuild'), code).toHaveLength(1);
    }
    const busy = refusing('OVERLOADED');
    expect((await call(busy, 'coder_workspace_update', args)).isError).toBe(true);
    expect(inputsOf(busy, 'workspaces.createBuild')).toEqual([]);
  });

  it('needs something to change', async () => {
    const { text, isError } = await call(fakeDeployment(), 'coder_workspace_update', { workspace: 'api' });
    expect(isError).toBe(true);
    expect(text).toContain('Give what is to change');
  });
});

const template = (name: string) => ({
  name,
  description: '',
  description_plaintext: '',
  type: 'bool' as const,
  form_type: 'checkbox',
  mutable: true,
  default_value: 'false',
  icon: '',
  options: [],
  required: false,
  ephemeral: false,
});
