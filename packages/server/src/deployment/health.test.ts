import type { ProvisionerDaemon } from '@coder/api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createNoopLogger } from '../logger.ts';
import {
  besideChange,
  failure,
  type TestApi,
  type TestDatabase,
  testApi,
  testClock,
  testDatabase,
  testUser,
} from '../testing/index.ts';
import { createHealthReports, createHealthSettings, healthRoutes } from './index.ts';

const clock = testClock();
let database: TestDatabase;
let server: TestApi;
let answers: () => Promise<Response>;
let asked: string[];
let daemons: ProvisionerDaemon[] | Error;

const daemon = (more: Partial<ProvisionerDaemon> = {}): ProvisionerDaemon => ({
  id: '6f1c1f7e-9c5a-4c0e-8b1a-0d2f3a4b5c6d',
  organization_id: '6f1c1f7e-9c5a-4c0e-8b1a-0d2f3a4b5c6d',
  created_at: clock.now().toISOString(),
  last_seen_at: clock.now().toISOString(),
  name: 'one',
  version: '1.2.3',
  api_version: '1.0',
  provisioners: ['local'],
  tags: {},
  status: 'idle',
  ...more,
});

beforeAll(async () => {
  database = await testDatabase();
  const report = createHealthReports({
    db: database.db,
    clock,
    version: '1.2.3',
    accessUrl: 'https://coder.example.com',
    isAccessUrlSet: true,
    log: createNoopLogger(),
    daemons: async () => {
      if (daemons instanceof Error) throw daemons;
      return daemons;
    },
    fetch: ((url: string) => {
      asked.push(url);
      return answers();
    }) as typeof fetch,
  });
  const settings = createHealthSettings({ db: database.db });
  server = await testApi({ database, clock, router: () => ({ health: healthRoutes({ report, settings }) }) });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await database.close();
});
beforeEach(() => {
  clock.advance(3_600_000);
  asked = [];
  answers = async () => new Response('OK');
  daemons = [daemon()];
});
const owner = async () => server.client((await testUser(database.db, { roles: ['owner'] })).token);

describe('the health report', () => {
  it('says that all is well, and what is not there', async () => {
    const client = await owner();
    const report = await client.health.report({});
    expect(report).toMatchObject({
      healthy: true,
      access_url: { healthy: true, reachable: true, status_code: 200, healthz_response: 'OK' },
      database: { healthy: true, reachable: true, threshold_ms: 15 },
      provisioner_daemons: { healthy: true, items: [{ warnings: [] }] },
      derp: null,
      websocket: null,
      workspace_proxy: null,
      coder_version: '1.2.3',
    });
    expect(asked).toEqual(['https://coder.example.com/healthz']);
    await client.health.report({});
    expect(asked).toHaveLength(1);
    await client.health.report({ force: true });
    expect(asked).toHaveLength(2);
  });

  it('names what is broken, with the code of it', async () => {
    const client = await owner();
    answers = () => Promise.reject(new Error('ENOTFOUND'));
    daemons = [daemon({ status: 'offline' })];
    expect(await client.health.report({ force: true })).toMatchObject({
      healthy: false,
      severity: 'error',
      access_url: { healthy: false, reachable: false, error: expect.stringMatching(/^EACS03: /) },
      provisioner_daemons: { healthy: false, error: expect.stringMatching(/^EPD01: /), items: [] },
    });
    answers = async () => new Response('no', { status: 502 });
    daemons = [daemon(), daemon({ version: '1.2.2' })];
    expect(await client.health.report({ force: true })).toMatchObject({
      access_url: { status_code: 502, error: expect.stringMatching(/^EACS04: /) },
      provisioner_daemons: { healthy: true, severity: 'warning', warnings: [{ code: 'EPD02' }] },
    });
  });

  it('does not say that no server runs builds when it could not look', async () => {
    const client = await owner();
    daemons = new Error('the connection is gone');
    const { provisioner_daemons: part } = await client.health.report({ force: true });
    expect(part).toMatchObject({ healthy: false, severity: 'error', items: [] });
    expect(part.error).toBe(
      'EUNKNOWN: Which servers run builds could not be read. Check the database first; the log of this server says more.',
    );
  });

  it('does not count what has been dismissed', async () => {
    const client = await owner();
    answers = async () => new Response('no', { status: 502 });
    const set = await client.health.updateSettings({ dismissed_healthchecks: ['AccessURL'] });
    expect(set).toEqual(await client.health.settings());
    expect(await client.health.report({ force: true })).toMatchObject({
      healthy: true,
      access_url: { healthy: false, dismissed: true },
    });
    await client.health.updateSettings({ dismissed_healthchecks: [] });
    expect(await client.health.report({})).toMatchObject({ healthy: false });
    await server.audit.flush();
    const rows = await database.db
      .selectFrom('audit_logs')
      .where('resource_type', '=', 'health_settings')
      .select('diff')
      .execute();
    expect(rows[0]?.diff).toMatchObject({ dismissed_healthchecks: { old: [], new: ['AccessURL'] } });
  });

  it('is dismissed by one after the other, each of which says what it has replaced', async () => {
    const client = await owner();
    await database.db.deleteFrom('site_settings').where('key', '=', 'health_dismissed').execute();
    const other = {
      text: "insert into site_settings (key, value) values ('health_dismissed', $1)",
      values: ['["Database"]'],
    };
    await besideChange(database, other, () =>
      client.health.updateSettings({ dismissed_healthchecks: ['AccessURL'] }),
    );
    await server.audit.flush();
    const rows = await database.db
      .selectFrom('audit_logs')
      .where('resource_type', '=', 'health_settings')
      .select('diff')
      .execute();
    expect(rows.map(({ diff }) => diff)).toContainEqual({
      dismissed_healthchecks: { old: ['Database'], new: ['AccessURL'], secret: false },
    });
  });

  it('is for owners', async () => {
    for (const roles of [[], ['auditor']]) {
      const client = server.client((await testUser(database.db, { roles })).token);
      expect((await failure(client.health.report({}))).code).toBe('FORBIDDEN');
      expect((await failure(client.health.settings())).code).toBe('FORBIDDEN');
      const change = client.health.updateSettings({ dismissed_healthchecks: [] });
      expect((await failure(change)).code).toBe('FORBIDDEN');
    }
  });
});
