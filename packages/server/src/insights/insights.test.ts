import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  failure,
  type SeededBuild,
  type SeededTemplate,
  seedBuild,
  seedTemplate,
  type TestApi,
  type TestDatabase,
  type TestUser,
  type TestUserOptions,
  testApi,
  testClock,
  testDatabase,
  testUser,
} from '../testing/index.ts';
import { createBumpActivity } from '../workspaces/index.ts';
import { insightsRoutes, pruneUsage } from './index.ts';

const clock = testClock('2026-03-10T12:30:00.000Z');
let database: TestDatabase;
let server: TestApi;
let root: TestUser;
const manifest = {
  parameters: [
    {
      name: 'region',
      display_name: 'Region',
      type: 'string',
      description: 'Where',
      options: [{ name: 'Europe', value: 'eu' }],
    },
  ],
};
beforeAll(async () => {
  database = await testDatabase();
  const { db } = database;
  server = await testApi({ database, clock, router: () => ({ insights: insightsRoutes({ db, clock }) }) });
  root = await testUser(db, { roles: ['owner'], username: 'root' });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await database.close();
});

async function as(options: TestUserOptions) {
  const user = await testUser(database.db, options);
  return { ...user, client: server.client(user.token) };
}

let template: SeededTemplate;
let other: SeededTemplate;
let ada: TestUser;
let bob: TestUser;
let adas: SeededBuild;
let count = 0;
beforeEach(async () => {
  const { db } = database;
  await db.deleteFrom('workspace_usage').execute();
  count += 1;
  template = await seedTemplate(db, root, { manifest });
  other = await seedTemplate(db, root, { manifest });
  ada = await testUser(db, { username: `ada-${count}` });
  bob = await testUser(db, { username: `bob-${count}` });
  adas = await seedBuild(db, ada, template, {
    at: new Date('2026-03-08T10:00:00Z'),
    values: [{ name: 'region', value: 'eu' }],
  });
});

/** Something goes on in a workspace in each of these minutes. */
async function use({ workspaceId }: SeededBuild, from: string, minutes: number) {
  const bump = createBumpActivity(database.db);
  for (let minute = 0; minute < minutes; minute++) {
    await bump(workspaceId, new Date(new Date(from).getTime() + minute * 60_000));
  }
}
const client = () => server.client(root.token);
const march = { start_time: '2026-03-08T00:00:00Z', end_time: '2026-03-10T13:00:00Z' };

describe('use of a workspace', () => {
  it('counts by the minute, each once', async () => {
    await use(adas, '2026-03-09T10:20:00Z', 15);
    const bump = createBumpActivity(database.db);
    for (const second of [10, 20, 59]) {
      await bump(adas.workspaceId, new Date(`2026-03-09T10:34:${second}Z`));
    }
    const rows = await database.db
      .selectFrom('workspace_usage')
      .select(['began_at', 'minutes', 'user_id', 'template_id'])
      .orderBy('began_at')
      .execute();
    const of = { user_id: ada.user.id, template_id: template.id };
    expect(rows).toEqual([
      { began_at: new Date('2026-03-09T10:00:00Z'), minutes: 10, ...of },
      { began_at: new Date('2026-03-09T10:30:00Z'), minutes: 5, ...of },
    ]);
  });

  it('is forgotten when no report goes back so far', async () => {
    await use(adas, '2025-01-01T00:00:00Z', 1);
    await use(adas, '2026-03-09T10:00:00Z', 1);
    expect(await pruneUsage(database.db, clock.now())).toBe(1);
    expect(await pruneUsage(database.db, clock.now())).toBe(0);
  });
});

describe('daily active users', () => {
  it('are counted by days of the caller’s time zone, of all templates or of one', async () => {
    const bobs = await seedBuild(database.db, bob, template);
    const adasOther = await seedBuild(database.db, ada, other);
    await use(adas, '2026-03-09T22:10:00Z', 2);
    await use(bobs, '2026-03-09T12:00:00Z', 1);
    await use(adasOther, '2026-03-09T12:00:00Z', 1);
    await use(adasOther, '2026-03-10T12:00:00Z', 1);
    const utc = await client().insights.daus({ tz_offset: 0 });
    expect(utc.entries).toHaveLength(60);
    expect(utc.entries.slice(-3)).toEqual([
      { date: '2026-03-08', amount: 0 },
      { date: '2026-03-09', amount: 2 },
      { date: '2026-03-10', amount: 1 },
    ]);
    const east = await client().insights.templateDaus({ template: template.id, tz_offset: 3 });
    expect(east.tz_hour_offset).toBe(3);
    expect(east.entries.slice(-2)).toEqual([
      { date: '2026-03-09', amount: 1 },
      { date: '2026-03-10', amount: 1 },
    ]);
    const far = await client().insights.daus({ tz_offset: 14 });
    expect(far.entries.at(-1)?.date).toBe('2026-03-11');
    expect((await failure(client().insights.daus({ tz_offset: 15 }))).validations).toMatchObject([
      { field: 'tz_offset' },
    ]);
  });
});

describe('user activity', () => {
  it('is how long each user had workspaces in use', async () => {
    const bobs = await seedBuild(database.db, bob, other);
    await use(adas, '2026-03-09T10:00:00Z', 3);
    await use(bobs, '2026-03-10T10:00:00Z', 2);
    await use(bobs, '2026-03-07T10:00:00Z', 50);
    const { report } = await client().insights.userActivity(march);
    expect(report).toMatchObject({ ...march, template_ids: [template.id, other.id].toSorted() });
    expect(report.users).toMatchObject([
      { username: ada.user.username, user_id: ada.user.id, seconds: 180, template_ids: [template.id] },
      { username: bob.user.username, seconds: 120, template_ids: [other.id] },
    ]);
    const one = await client().insights.userActivity({ ...march, template_ids: [other.id] });
    expect(one.report.users.map(({ username }) => username)).toEqual([bob.user.username]);
  });

  it.each([
    ['2026-03-08T00:00:01Z', '2026-03-09T00:00:00Z', ['start_time']],
    ['2026-03-08T00:00:00Z', '2026-03-09T07:00:00Z', ['end_time']],
    ['2026-03-08T00:00:00Z', '2026-03-12T00:00:00Z', ['end_time']],
    ['2026-03-09T00:00:00Z', '2026-03-08T00:00:00Z', ['end_time']],
    ['2024-03-09T00:00:00Z', '2026-03-08T00:00:00Z', ['end_time']],
    ['2026-03-11T00:00:00Z', '2026-03-11T00:00:00Z', ['start_time', 'end_time', 'end_time']],
    ['2026-03-08', 'now', ['start_time', 'end_time']],
  ])('is not told from %s to %s', async (start_time, end_time, fields) => {
    const wrong = await failure(client().insights.userActivity({ start_time, end_time }));
    expect(wrong.validations.map(({ field }) => field)).toEqual(fields);
  });

  it('takes midnights of any time zone, and today up to the hour', async () => {
    for (const range of [
      march,
      { start_time: '2026-03-08T00:00:00-07:00', end_time: '2026-03-09T00:00:00-07:00' },
      { start_time: '2026-03-08T00:00:00.000+05:30', end_time: '2026-03-09T00:00:00.000+05:30' },
    ]) {
      await client().insights.userActivity(range);
    }
  });
});

describe('insights of templates', () => {
  it('tell who was active, whole and by parts', async () => {
    const bobs = await seedBuild(database.db, bob, template);
    await use(adas, '2026-03-08T10:00:00Z', 1);
    await use(adas, '2026-03-09T10:00:00Z', 1);
    await use(bobs, '2026-03-09T10:00:00Z', 1);
    const { report, interval_reports: parts } = await client().insights.templates({
      ...march,
      interval: 'day',
    });
    expect(report).toMatchObject({ active_users: 2, template_ids: [template.id] });
    expect(parts).toEqual(
      [
        ['2026-03-08T00:00:00.000Z', '2026-03-09T00:00:00.000Z', 1],
        ['2026-03-09T00:00:00.000Z', '2026-03-10T00:00:00.000Z', 2],
        ['2026-03-10T00:00:00.000Z', '2026-03-10T13:00:00.000Z', 0],
      ].map(([start_time, end_time, active_users]) => ({
        start_time,
        end_time,
        active_users,
        interval: 'day',
        template_ids: active_users === 0 ? [] : [template.id],
      })),
    );
    const weeks = await client().insights.templates({
      ...march,
      interval: 'week',
      sections: ['interval_reports'],
    });
    expect(weeks).not.toHaveProperty('report');
    expect(weeks.interval_reports).toMatchObject([{ interval: 'week', active_users: 2 }]);
    expect(await client().insights.templates(march)).not.toHaveProperty('interval_reports');
  });

  it('tell which values parameters were last given', async () => {
    await seedBuild(database.db, bob, template, {
      at: new Date('2026-03-09T10:00:00Z'),
      values: [{ name: 'region', value: 'us' }],
    });
    await seedBuild(database.db, ada, template, {
      at: new Date('2026-03-09T10:00:00Z'),
      values: [{ name: 'region', value: 'eu' }],
    });
    await seedBuild(database.db, bob, template, {
      at: new Date('2026-02-09T10:00:00Z'),
      values: [{ name: 'region', value: 'asia' }],
    });
    const { report } = await client().insights.templates({ ...march, template_ids: [template.id] });
    expect(report?.parameters_usage).toEqual([
      {
        template_ids: [template.id],
        name: 'region',
        display_name: 'Region',
        type: 'string',
        description: 'Where',
        options: [{ name: 'Europe', description: '', value: 'eu', icon: '' }],
        values: [
          { value: 'eu', count: 2 },
          { value: 'us', count: 1 },
        ],
      },
    ]);
  });

  it('tell what was opened, from the audit log', async () => {
    const agentId = crypto.randomUUID();
    const resourceId = crypto.randomUUID();
    const { db } = database;
    const now = clock.now();
    await db
      .insertInto('workspace_resources')
      .values({
        id: resourceId,
        build_id: adas.buildId,
        job_id: adas.jobId,
        transition: 'start',
        type: 'local',
        name: 'machine',
        created_at: now,
      })
      .execute();
    await db
      .insertInto('workspace_agents')
      .values({
        id: agentId,
        resource_id: resourceId,
        build_id: adas.buildId,
        workspace_id: adas.workspaceId,
        name: 'main',
        spec: '{}',
        created_at: now,
        updated_at: now,
      })
      .execute();
    await db
      .insertInto('workspace_apps')
      .values({
        id: crypto.randomUUID(),
        agent_id: agentId,
        slug: 'web',
        display_name: 'Web',
        created_at: now,
      })
      .execute();
    const opened = (what: object) =>
      db
        .insertInto('audit_logs')
        .values({
          id: crypto.randomUUID(),
          time: new Date('2026-03-09T10:00:00Z'),
          request_id: 'r',
          action: 'open',
          resource_type: 'workspace_app',
          resource_id: agentId,
          resource_target: 'ada/w.main app "web"',
          status_code: 200,
          ...what,
        })
        .execute();
    await opened({});
    await opened({});
    await opened({ status_code: 404 });
    await opened({ time: new Date('2026-03-01T10:00:00Z') });
    await opened({ resource_target: 'ada/w.main port 8080' });
    await opened({
      action: 'connect',
      resource_type: 'workspace_agent',
      description: 'GET /workspaceagents/{agent}/pty',
      resource_target: 'ada/w.main',
      status_code: 101,
    });
    const { report } = await client().insights.templates({ ...march, template_ids: [template.id] });
    const common = { template_ids: [template.id], icon: '', seconds: null };
    expect(report?.apps_usage).toEqual([
      { ...common, type: 'app', slug: 'web', display_name: 'Web', times_used: 2 },
      { ...common, type: 'builtin', slug: 'reconnecting-pty', display_name: 'Terminal', times_used: 1 },
    ]);
  });
});

describe('the counts of users by status', () => {
  it('follow what users became, by day', async () => {
    const { db } = database;
    await db.deleteFrom('user_status_changes').execute();
    const change = (user: TestUser, set: { status?: string; deleted?: boolean }, at: string) =>
      db
        .updateTable('users')
        .set({ ...set, updated_at: new Date(at) })
        .where('id', '=', user.user.id)
        .execute();
    // Noted by the database itself, whoever changes a user.
    await change(ada, { status: 'dormant' }, '2026-03-05T08:00:00Z');
    await change(ada, { status: 'active' }, '2026-03-08T23:30:00Z');
    await change(bob, { status: 'suspended' }, '2026-03-09T08:00:00Z');
    await change(bob, { deleted: true }, '2026-03-10T08:00:00Z');
    await change(bob, {}, '2026-03-10T09:00:00Z');
    const noted = await db.selectFrom('user_status_changes').select('status').orderBy('id').execute();
    expect(noted.map(({ status }) => status)).toEqual(['dormant', 'active', 'suspended', 'deleted']);
    const { status_counts: counts } = await client().insights.userStatusCounts({ tz_offset: 0 });
    expect(counts.active).toHaveLength(60);
    const last = (status: keyof typeof counts) => counts[status].slice(-6).map((each) => each.count);
    expect(counts.dormant.at(-6)?.date).toBe('2026-03-05T00:00:00.000Z');
    expect([last('active'), last('dormant'), last('suspended')]).toEqual([
      [0, 0, 0, 1, 1, 1],
      [1, 1, 1, 0, 0, 0],
      [0, 0, 0, 0, 1, 0],
    ]);
    const berlin = await client().insights.userStatusCounts({ tz_offset: 0, timezone: 'Europe/Berlin' });
    expect(berlin.status_counts.active.slice(-3)).toEqual([
      { date: '2026-03-07T23:00:00.000Z', count: 0 },
      { date: '2026-03-08T23:00:00.000Z', count: 1 },
      { date: '2026-03-09T23:00:00.000Z', count: 1 },
    ]);
    for (const timezone of ['Nowhere/City', '+05:30', "x'; drop table users"]) {
      const wrong = await failure(client().insights.userStatusCounts({ tz_offset: 0, timezone }));
      expect([timezone, wrong.validations]).toMatchObject([timezone, [{ field: 'timezone' }]]);
    }
  });
});

describe('insights', () => {
  it('are for who may look into templates, each report by its own right', async () => {
    const member = await as({});
    const auditor = await as({ roles: ['auditor'] });
    const templateAdmin = await as({ roles: ['template-admin'] });
    const inside = await as({ organizationRoles: ['organization-auditor'] });
    const calls = ({ insights }: typeof member.client) => ({
      daus: insights.daus({ tz_offset: 0 }),
      templateDaus: insights.templateDaus({ template: template.id, tz_offset: 0 }),
      activity: insights.userActivity(march),
      templates: insights.templates(march),
      statuses: insights.userStatusCounts({ tz_offset: 0 }),
    });
    const outcomes = async (who: typeof member) =>
      Object.fromEntries(
        await Promise.all(
          Object.entries(calls(who.client)).map(async ([name, call]) => [
            name,
            await call.then(
              () => 'ok',
              (error: { code: string }) => error.code,
            ),
          ]),
        ),
      );
    const no = 'FORBIDDEN';
    expect(await outcomes(member)).toEqual({
      daus: no,
      templateDaus: no,
      activity: no,
      templates: no,
      statuses: no,
    });
    const all = { daus: 'ok', templateDaus: 'ok', activity: 'ok', templates: 'ok', statuses: 'ok' };
    expect(await outcomes(auditor)).toEqual(all);
    expect(await outcomes(templateAdmin)).toEqual({ ...all, daus: no });
    expect(await outcomes(inside)).toEqual({ ...all, daus: no, statuses: no });
    const hidden = { ...march, template_ids: [crypto.randomUUID()] };
    expect((await failure(auditor.client.insights.userActivity(hidden))).code).toBe('NOT_FOUND');
    const narrow = await as({ roles: ['owner'], allowList: [`template:${template.id}`] });
    const one = await narrow.client.insights.userActivity(march);
    expect(one.report.users).toEqual([]);
    const two = { ...march, template_ids: [template.id, other.id] };
    expect((await failure(narrow.client.insights.userActivity(two))).code).toBe('NOT_FOUND');
  });
});
