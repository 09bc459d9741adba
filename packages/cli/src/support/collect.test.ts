import { createApiClient, type Workspace } from '@coder/api';
import { expect, it } from 'vitest';
import { httpServer } from '../testing/http-server.ts';
import { collectBundle } from './collect.ts';

const id = '11111111-1111-4111-8111-111111111111';
const agent = {
  id,
  name: 'main',
  environment_variables: { HOME_PAGE: 'of-mine-1', EMPTY: '' },
  scripts: [{ id, script: 'echo of-mine-2', display_name: 'Startup Script' }],
  apps: [{ slug: 'web', command: 'serve of-mine-3', health: 'healthy' }],
};
const build = {
  id,
  template_version_id: id,
  status: 'running',
  resources: [{ name: 'main', agents: [agent] }, { name: 'disk' }],
};
const log = (...lines: string[]) =>
  lines.map((output, at) => ({ id: at + 1, created_at: '2026-01-01T00:00:00.000Z', output }));

it('has no value of a parameter, no script, and no variable of an agent, and says where they were left out', async () => {
  await using server = await httpServer(({ path: address }) => {
    const { pathname: path, searchParams } = new URL(address, 'http://localhost');
    const isFirst = (searchParams.get('after') ?? '0') === '0';
    if (path.endsWith('/builds')) return { body: [build] };
    if (path.endsWith('/parameters')) {
      return {
        body: [
          { name: 'note', value: 'of-mine-4' },
          { name: 'none', value: '' },
        ],
      };
    }
    if (path === `/api/v2/workspaceagents/${id}`) return { body: agent };
    if (path === `/api/v2/workspaceagents/${id}/logs`) {
      return {
        body: isFirst
          ? log(
              'printed of-mine-4',
              '-----BEGIN PRIVATE KEY-----',
              'b2YtbWluZS01',
              '-----END PRIVATE KEY-----',
            )
          : [],
      };
    }
    if (path.endsWith('/logs')) return { body: isFirst ? log('Starting the workspace') : [] };
    if (path === '/api/v2/deployment/config') {
      const option = { name: 'Default Token Lifetime', value: '168h', annotations: { secret: 'false' } };
      return { body: { config: { default_token_lifetime: '168h' }, options: [option] } };
    }
    return { status: 404, body: { message: 'Not found.' } };
  });
  const parts: Record<string, string> = {};
  const bundle = collectBundle({
    client: createApiClient({ url: server.url }),
    workspace: { id, name: 'web', latest_build: build } as unknown as Workspace,
    secrets: [],
    env: {},
    missing: () => undefined,
  });
  for await (const { name, text } of bundle) parts[name] = String(text);
  expect(Object.keys(parts)).toEqual(
    expect.arrayContaining([
      'workspace/workspace.json',
      'workspace/builds.json',
      'workspace/parameters.json',
      'workspace/build.log',
      'agents/main/agent.json',
      'agents/main/agent.log',
    ]),
  );
  const all = Object.values(parts).join('\n');
  expect(all).not.toMatch(/of-mine|b2YtbW/);
  expect(JSON.parse(parts['workspace/parameters.json'] ?? '')).toEqual([
    { name: 'note', value: '[left out]' },
    { name: 'none', value: '' },
  ]);
  for (const name of ['workspace/workspace.json', 'workspace/builds.json', 'agents/main/agent.json']) {
    expect(parts[name]).toContain('"script": "[left out]"');
    expect(parts[name]).toContain('"EMPTY": ""');
  }
  expect(parts['deployment/config.json']).toContain('"default_token_lifetime": "168h"');
  expect(parts['deployment/config.json']).toContain('"secret": "false"');
  expect(parts['workspace/build.log']).toContain('Starting the workspace');
});
