import { randomUUID } from 'node:crypto';
import { workspaceAgentSchema } from '@coder/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testClock, testDatabase } from '../../testing/index.ts';
import { seedApp, seedWorkspace } from '../testing/seed.ts';
import { latestAppStatus } from './app-statuses.ts';
import { loadAgents } from './load-agents.ts';

let database: TestDatabase;
const clock = testClock('2026-01-02T03:04:15.000Z');
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

const source = { id: randomUUID(), display_name: 'Startup Script', icon: '' };
const script = {
  id: randomUUID(),
  log_source_id: source.id,
  display_name: 'Startup Script',
  script: 'npm ci',
  run_on_start: true,
  run_on_stop: false,
  start_blocks_login: true,
  timeout_seconds: 60,
};

async function status(
  seeded: { workspaceId: string; agentId: string },
  appId: string,
  message: string,
  at: string,
) {
  const { workspaceId: workspace_id, agentId: agent_id } = seeded;
  const values = { id: randomUUID(), workspace_id, agent_id, app_id: appId, state: 'working', message };
  await database.db
    .insertInto('workspace_app_statuses')
    .values({ ...values, created_at: new Date(at) })
    .execute();
}

describe('loadAgents', () => {
  it("answers in the contract's shape, by resource, with apps and their newest statuses first", async () => {
    const one = await seedWorkspace(database.db, { spec: { scripts: [script], log_sources: [source] } });
    const other = await seedWorkspace(database.db, { workspaceName: 'api' });
    const app = await seedApp(database.db, one, {
      slug: 'dev',
      url: 'http://localhost:3000',
      subdomain: true,
    });
    await status(one, app, 'first', '2026-01-02T03:04:06Z');
    await status(one, app, 'second', '2026-01-02T03:04:07Z');

    const loaded = await loadAgents(database.db, clock, [one.buildId, other.buildId]);

    expect([...loaded.keys()].sort()).toEqual([one.resourceId, other.resourceId].sort());
    const [agent] = loaded.get(one.resourceId) ?? [];
    expect(workspaceAgentSchema.parse(agent)).toEqual(agent);
    expect(agent).toMatchObject({
      id: one.agentId,
      name: 'main',
      status: 'connecting',
      lifecycle_state: 'created',
      health: { healthy: true },
      display_apps: ['web_terminal'],
      startup_script_behavior: 'non-blocking',
    });
    expect(agent?.scripts[0]).toMatchObject({
      script: 'npm ci',
      timeout: 60,
      display_name: 'Startup Script',
    });
    expect(agent?.log_sources[0]?.id).toBe(agent?.scripts[0]?.log_source_id);
    expect(agent?.apps).toHaveLength(1);
    expect(agent?.apps[0]).toMatchObject({ slug: 'dev', subdomain_name: `dev--main--web--${one.username}` });
    expect(agent?.apps[0]?.statuses.map((s) => s.message)).toEqual(['second', 'first']);
  });

  it('tells the status from the clock it is given', async () => {
    const seeded = await seedWorkspace(database.db);
    const linked = new Date('2026-01-02T03:04:10Z');
    const row = database.db.updateTable('workspace_agents').where('id', '=', seeded.agentId);
    await row.set({ first_connected_at: linked, last_connected_at: linked }).execute();
    const read = async (options?: { inactiveDisconnectMs: number }) =>
      (await loadAgents(database.db, clock, [seeded.buildId], options)).get(seeded.resourceId)?.[0];

    expect((await read())?.status).toBe('connected');
    const after = await read({ inactiveDisconnectMs: 4_000 });
    expect(after?.status).toBe('disconnected');
    expect(after?.health).toEqual({ healthy: false, reason: 'The agent has lost its connection.' });
  });
});

describe('latestAppStatus', () => {
  it('is the newest of each workspace', async () => {
    const one = await seedWorkspace(database.db);
    const none = await seedWorkspace(database.db);
    const app = await seedApp(database.db, one, { slug: 'cc' });
    await status(one, app, 'old', '2026-01-02T03:04:06Z');
    await status(one, app, 'new', '2026-01-02T03:04:08Z');
    const latest = await latestAppStatus(database.db, [one.workspaceId, none.workspaceId]);
    expect(latest.size).toBe(1);
    expect(latest.get(one.workspaceId)?.message).toBe('new');
  });
});
