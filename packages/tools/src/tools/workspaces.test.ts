import { describe, expect, it } from 'vitest';
import { call, inputsOf } from '../testing/call.ts';
import { fakeDeployment } from '../testing/fake-deployment.ts';
import { aTemplate, aWorkspace, presets } from '../testing/fixtures.ts';

type Listed = { workspaces: { name: string }[]; count: number; next_cursor?: string };

describe('coder_list_workspaces', () => {
  it('walks through all pages by its cursor', async () => {
    const deployment = fakeDeployment();
    deployment.workspaces = Array.from({ length: 45 }, (_, at) => aWorkspace(`w${at}`, 'stopped'));
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const { json } = await call(
        deployment,
        'coder_list_workspaces',
        cursor === undefined ? {} : { cursor },
      );
      const page = json as unknown as Listed;
      expect(page.count).toBe(45);
      names.push(...page.workspaces.map((workspace) => workspace.name));
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    expect(names).toEqual(deployment.workspaces.map((workspace) => workspace.name));
    expect(inputsOf(deployment, 'workspaces.list').map((input) => input.offset)).toEqual([0, 20, 40]);
  });

  it('refuses a cursor that is none', async () => {
    const { text, isError } = await call(fakeDeployment(), 'coder_list_workspaces', { cursor: 'nonsense' });
    expect(isError).toBe(true);
    expect(text).toContain('Leave it out');
  });

  it.each([
    [{}, 'owner:"me"'],
    [{ owner: 'bob' }, 'owner:"bob"'],
    [{ owner: '*' }, ''],
    [{ q: 'status:running' }, 'owner:"me" status:running'],
    [{ q: 'owner:bob' }, 'owner:bob'],
    [{ owner: '*', q: 'name:x' }, 'name:x'],
  ])('filters %j by %s', async (args, q) => {
    const deployment = fakeDeployment();
    await call(deployment, 'coder_list_workspaces', args);
    expect(inputsOf(deployment, 'workspaces.list')[0]?.q ?? '').toBe(q);
  });

  it('shows status, health and what is used', async () => {
    const deployment = fakeDeployment();
    const [api] = deployment.workspaces;
    deployment.metrics = [
      {
        workspace_id: api?.id ?? '',
        workspace_name: 'api',
        owner_name: 'ada',
        status: 'running',
        limits: { cpu_cores: 2, memory_bytes: null, disk_bytes: null },
        now: {
          at: '',
          cpu_cores: 0.123,
          memory_bytes: 512 * 1024 * 1024,
          disk_bytes: 1024 * 1024,
          processes: 3,
        },
        hour: null,
        verdict: 'underused',
        reason: 'It idles.',
      },
    ];
    const { json, result } = await call(deployment, 'coder_list_workspaces', {});
    expect((json as unknown as Listed).workspaces[0]).toMatchObject({
      name: 'api',
      owner: 'ada',
      status: 'running',
      healthy: true,
      usage: { cpu_cores: 0.12, cpu_limit: 2, memory_mb: 512, disk_mb: 1, verdict: 'underused' },
    });
    expect(result.structuredContent).toEqual(json);
  });

  it('is answered even when the resource use cannot be had', async () => {
    const deployment = fakeDeployment({
      'workspaces.metrics': () => {
        throw new Error('down');
      },
    });
    const { isError } = await call(deployment, 'coder_list_workspaces', {});
    expect(isError).toBe(false);
  });
});

describe('coder_get_workspace', () => {
  it('takes a name or an id, and shows the whole object on demand', async () => {
    const deployment = fakeDeployment();
    const id = deployment.workspaces[0]?.id ?? '';
    const byName = await call(deployment, 'coder_get_workspace', { workspace_id: 'ada/api' });
    const byId = await call(deployment, 'coder_get_workspace', { workspace: id });
    expect(byName.json).toEqual(byId.json);
    expect(byName.json.id).toBe(id);
    const full = await call(deployment, 'coder_get_workspace', { workspace_id: id, detail: 'full' });
    expect(full.json).toEqual(JSON.parse(JSON.stringify(deployment.workspaces[0])));
  });
});

describe('coder_create_workspace', () => {
  it('takes template and preset by name, and parameters of any plain type', async () => {
    const deployment = fakeDeployment();
    const { json } = await call(deployment, 'coder_create_workspace', {
      name: 'web',
      template: 'node',
      preset: 'small',
      parameters: { project: 'shop', port: 3000, strict: true, tags: ['a', 'b'] },
    });
    expect(inputsOf(deployment, 'workspaces.create')).toMatchObject([
      {
        user: 'me',
        name: 'web',
        template_id: aTemplate.id,
        template_version_preset_id: presets[0]?.ID,
        rich_parameter_values: [
          { name: 'project', value: 'shop' },
          { name: 'port', value: '3000' },
          { name: 'strict', value: 'true' },
          { name: 'tags', value: '["a","b"]' },
        ],
      },
    ]);
    expect(json).toMatchObject({ name: 'web', status: 'pending' });
    expect(json.note).toContain('coder_workspace_readiness');
  });

  it("takes upstream's arguments to the letter", async () => {
    const deployment = fakeDeployment();
    const { isError } = await call(deployment, 'coder_create_workspace', {
      user: 'me',
      name: 'web',
      template_version_id: aTemplate.active_version_id,
      rich_parameters: {},
    });
    expect(isError).toBe(false);
    expect(inputsOf(deployment, 'workspaces.create')).toMatchObject([
      { template_version_id: aTemplate.active_version_id },
    ]);
  });

  it.each([
    [{}, 'exactly one of template_id or template_version_id'],
    [
      { template: 'node', template_version_id: aTemplate.active_version_id },
      'exactly one of template_id or template_version_id',
    ],
    [{ template: 'nope' }, 'No template "nope". There are: node.'],
    [{ template: 'node', preset: 'huge' }, 'No preset "huge". There are: small.'],
  ])('refuses %j before anything happens', async (args, message) => {
    const deployment = fakeDeployment();
    const { text, isError } = await call(deployment, 'coder_create_workspace', { name: 'web', ...args });
    expect(isError).toBe(true);
    expect(text).toContain(message);
    expect(inputsOf(deployment, 'workspaces.create')).toEqual([]);
  });

  it('says what to do when it is not ready within the wait', async () => {
    const deployment = fakeDeployment();
    const { json } = await call(deployment, 'coder_create_workspace', {
      name: 'web',
      template: 'node',
      wait: true,
    });
    expect(json).toMatchObject({ ready: false, state: 'pending' });
    expect(json.note).toContain('coder_workspace_readiness (wait_ms 30000)');
    expect(inputsOf(deployment, 'workspaces.readiness')).toMatchObject([{ wait_ms: 45_000 }]);
  });
});

describe('coder_create_workspace_build', () => {
  it('stops by name and waits for the end', async () => {
    const deployment = fakeDeployment();
    const { json } = await call(deployment, 'coder_create_workspace_build', {
      workspace: 'api',
      transition: 'stop',
      wait_ms: 1_000,
    });
    expect(json).toMatchObject({ workspace_name: 'api', transition: 'stop', status: 'stopped' });
  });

  it('refuses parameters and presets on a stop, both at once', async () => {
    const deployment = fakeDeployment();
    const { text, isError } = await call(deployment, 'coder_create_workspace_build', {
      workspace_id: 'api',
      transition: 'stop',
      rich_parameters: { a: 'b' },
      template_version_preset_id: 'small',
    });
    expect(isError).toBe(true);
    expect(text).toBe(
      'template_version_preset_id is only valid for start transitions\nrich_parameters is only valid for start transitions',
    );
  });

  it('takes the newest version when asked for the active one', async () => {
    const deployment = fakeDeployment();
    await call(deployment, 'coder_create_workspace_build', {
      workspace_id: 'api',
      transition: 'start',
      template_version_id: 'active',
    });
    expect(inputsOf(deployment, 'workspaces.createBuild')).toMatchObject([
      { template_version_id: aTemplate.active_version_id },
    ]);
  });
});

describe('a tool that only reads', () => {
  it.each(['coder_workspace_ls', 'coder_workspace_read_file'])('%s starts nothing', async (name) => {
    const deployment = fakeDeployment();
    deployment.workspaces.push(aWorkspace('web', 'stopped'));
    const { text, isError } = await call(deployment, name, { workspace: 'web', path: '/' });
    expect(isError).toBe(true);
    expect(text).toBe(
      'Workspace "web" is stopped. Start it with coder_create_workspace_build (transition "start").',
    );
    expect(inputsOf(deployment, 'workspaces.createBuild')).toEqual([]);
  });
});
