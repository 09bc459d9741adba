import type { ApiClient } from '@coder/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../config/index.ts';
import {
  failure,
  seedBuild,
  seedTemplate,
  type TestApi,
  type TestDatabase,
  testApi,
  testClock,
  testDatabase,
  testUser,
} from '../testing/index.ts';
import { createDeploymentStats, reportRoutes } from './index.ts';

const clock = testClock();
const deploymentId = '6f1c1f7e-9c5a-4c0e-8b1a-0d2f3a4b5c6d';
let database: TestDatabase;
let server: TestApi;
beforeAll(async () => {
  database = await testDatabase();
  const { config } = parseConfig({
    env: {
      CODER_PG_CONNECTION_URL: 'postgres://coder:hunter2@db.example.com/coder',
      CODER_OAUTH2_GITHUB_CLIENT_SECRET: 'hunter3',
      CODER_ACCESS_URL: 'https://coder.example.com',
      CODER_WILDCARD_ACCESS_URL: '*.apps.example.com',
      CODER_EXPERIMENTS: 'oauth2',
    },
    flags: { 'session-duration': '2h' },
  });
  server = await testApi({
    database,
    clock,
    router: () => ({
      deployment: reportRoutes({
        db: database.db,
        clock,
        config,
        stats: createDeploymentStats({ db: database.db, clock }),
        version: '1.2.3',
        accessUrl: 'https://coder.example.com',
        deploymentId,
      }),
    }),
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await database.close();
});
const as = async (options: Parameters<typeof testUser>[1] = {}) => {
  const someone = await testUser(database.db, options);
  return { ...someone, client: server.client(someone.token) };
};

describe('the configuration', () => {
  it('is shown to administrators and auditors with its sources, and without its secrets', async () => {
    const { client } = await as({ roles: ['auditor'] });
    const shown = await client.deployment.config();
    expect(JSON.stringify(shown)).not.toMatch(/hunter/);
    const option = (flag: string) => shown.options.find((each) => each.flag === flag);
    expect(option('postgres-url')).toMatchObject({ value: '', annotations: { secret: 'true' } });
    expect(option('session-duration')).toMatchObject({
      value: '2h',
      value_source: '--session-duration',
      env: 'CODER_SESSION_DURATION',
      yaml: 'networking.http.sessionDuration',
      annotations: { secret: 'false' },
    });
    expect(shown.config).toMatchObject({
      access_url: 'https://coder.example.com',
      experiments: ['oauth2'],
      api_rate_limit: 512,
      swagger_enable: false,
      http_address: '127.0.0.1:3000',
    });
  });

  it('is nobody else’s', async () => {
    for (const roles of [[], ['user-admin'], ['template-admin']]) {
      const { client } = await as({ roles });
      expect((await failure(client.deployment.config())).code).toBe('FORBIDDEN');
      expect((await failure(client.deployment.stats())).code).toBe('FORBIDDEN');
    }
    const narrow = await as({ roles: ['owner'], scopes: ['coder:all'], allowList: ['workspace:*'] });
    expect((await failure(narrow.client.deployment.config())).code).toBe('INSUFFICIENT_SCOPE');
  });
});

it('counts workspaces by what their latest build came to, and keeps the answer for a while', async () => {
  const owner = await as({ roles: ['owner'] });
  const template = await seedTemplate(database.db, owner);
  const build = (status: string, transition: 'start' | 'stop' = 'start') =>
    seedBuild(database.db, owner, template, { status, transition });
  await build('succeeded');
  await build('succeeded');
  await build('succeeded', 'stop');
  await build('failed');
  await build('canceling');
  const first = await owner.client.deployment.stats();
  expect(first).toMatchObject({
    workspaces: { pending: 0, building: 1, running: 2, failed: 1, stopped: 1, rx_bytes: null },
    session_count: null,
    collected_at: clock.now().toISOString(),
  });
  await build('pending');
  expect(await owner.client.deployment.stats()).toEqual(first);
  clock.advance(10_000);
  expect((await owner.client.deployment.stats()).workspaces).toMatchObject({ pending: 1 });
});

it('says what everybody may know', async () => {
  const { client } = await as();
  const anybody = server.client();
  expect((await anybody.deployment.greeting()).message).toContain('/api/v2/openapi.json');
  expect(await anybody.deployment.updateCheck()).toMatchObject({ current: true, version: '1.2.3' });
  expect(await client.deployment.sshConfig()).toEqual({
    hostname_prefix: 'coder.',
    hostname_suffix: '',
    ssh_config_options: {},
  });
  expect((await client.deployment.regions()).regions).toEqual([
    expect.objectContaining({
      id: deploymentId,
      name: 'primary',
      path_app_url: 'https://coder.example.com',
      wildcard_hostname: '*.apps.example.com',
    }),
  ]);
  expect((await failure(anybody.deployment.regions())).code).toBe('UNAUTHENTICATED');
  expect(await client.deployment.entitlements()).toMatchObject({
    features: {
      multiple_organizations: { entitlement: 'entitled', enabled: true },
      template_rbac: { entitlement: 'not_entitled', enabled: false },
    },
    has_license: false,
    errors: [],
    refreshed_at: clock.now().toISOString(),
  });
});

describe('authorization checks', () => {
  type Check = Parameters<ApiClient['deployment']['checkAuthorization']>[0]['checks'][string];
  const ask = async (client: ApiClient, checks: Record<string, Check>) =>
    client.deployment.checkAuthorization({ checks });

  it('answer as the routes would', async () => {
    const [ada, bob] = [await as(), await as()];
    const template = await seedTemplate(database.db, ada);
    const mine = await seedBuild(database.db, ada, template);
    const theirs = await seedBuild(database.db, bob, template);
    const object = { resource_type: 'workspace', organization_id: ada.organizationId, owner_id: 'me' };
    const workspace = (id: string) => ({ resource_type: 'workspace', resource_id: id });
    const answers = await ask(ada.client, {
      create: { object, action: 'create' },
      createForBob: { object: { ...object, owner_id: bob.user.id }, action: 'create' },
      createAnywhere: {
        object: { resource_type: 'workspace', owner_id: 'me', any_org: true },
        action: 'create',
      },
      readMine: { object: workspace(mine.workspaceId), action: 'read' },
      readMineUppercase: { object: workspace(mine.workspaceId.toUpperCase()), action: 'read' },
      readTheirs: { object: workspace(theirs.workspaceId), action: 'read' },
      // Whose a workspace is, is not the caller's to say.
      claimTheirs: { object: { ...workspace(theirs.workspaceId), owner_id: 'me' }, action: 'read' },
      readNone: { object: workspace(deploymentId), action: 'read' },
      useTemplate: { object: { resource_type: 'template', resource_id: template.id }, action: 'use' },
      readMyself: { object: { resource_type: 'user', resource_id: ada.user.id }, action: 'read' },
      readBob: { object: { resource_type: 'user', resource_id: bob.user.id }, action: 'read' },
      seeConfig: { object: { resource_type: 'deployment_config' }, action: 'read' },
      odd: { object: { resource_type: 'license' }, action: 'read' },
      oddAction: { object, action: 'toString' },
    });
    expect(answers).toEqual({
      create: true,
      createForBob: false,
      createAnywhere: true,
      readMine: true,
      readMineUppercase: true,
      readTheirs: false,
      claimTheirs: false,
      readNone: false,
      useTemplate: true,
      readMyself: true,
      readBob: false,
      seeConfig: false,
      odd: false,
      oddAction: false,
    });
  });

  it('are about the token, not only about its user', async () => {
    const owner = await as({ roles: ['owner'], scopes: ['workspace:read'] });
    expect(
      await ask(owner.client, {
        read: { object: { resource_type: 'workspace' }, action: 'read' },
        delete: { object: { resource_type: 'workspace' }, action: 'delete' },
      }),
    ).toEqual({ read: true, delete: false });
  });

  it('are bounded', async () => {
    const { client } = await as();
    const check: Check = { object: { resource_type: 'workspace' }, action: 'read' };
    const many = Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`c${i}`, check]));
    expect((await failure(ask(client, many))).validations).toMatchObject([{ field: 'checks' }]);
  });
});
