import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOrganizations } from '../organizations/index.ts';
import {
  failure,
  type SeededTemplate,
  seedBuild,
  seedTemplate,
  type TestApi,
  type TestDatabase,
  type TestUser,
  testApi,
  testClock,
  testDatabase,
  testUser,
} from '../testing/index.ts';
import { provisionerRoutes } from './index.ts';

const clock = testClock();
const organization = 'default';
let database: TestDatabase;
let server: TestApi;
let owner: TestUser;
let template: SeededTemplate;
beforeAll(async () => {
  database = await testDatabase();
  const { db } = database;
  const organizations = createOrganizations({ db });
  server = await testApi({
    database,
    clock,
    router: () => ({ provisioners: provisionerRoutes({ db, clock, runtimes: ['local'], organizations }) }),
  });
  owner = await testUser(db, { roles: ['owner'], username: 'ada' });
  template = await seedTemplate(db, owner, { name: 'node', at: clock.now() });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await database.close();
});

async function replica(hostname: string, { silentMs = 0, isStopped = false } = {}): Promise<string> {
  const id = randomUUID();
  const beat = new Date(clock.now().getTime() - silentMs);
  await database.db
    .insertInto('replicas')
    .values({
      id,
      hostname,
      address: '',
      version: '1.2.3',
      started_at: beat,
      heartbeat_at: beat,
      stopped_at: isStopped ? beat : null,
    })
    .execute();
  return id;
}

describe('the daemons', () => {
  it('are the servers that live, with what they do', async () => {
    const [idle, busy] = [await replica('idle'), await replica('busy')];
    const [stopped, silent] = [
      await replica('stopped', { isStopped: true }),
      await replica('silent', { silentMs: 31_000 }),
    ];
    await replica('forgotten', { silentMs: 25 * 60 * 60_000 });
    const { jobId } = await seedBuild(database.db, owner, template, { status: 'running', workerId: busy });
    const client = server.client(owner.token);
    const names = async (query: object) =>
      (await client.provisioners.daemons({ organization, ...query })).map(({ name }) => name).toSorted();
    const all = await client.provisioners.daemons({ organization });
    expect(all.find(({ id }) => id === busy)).toMatchObject({
      name: 'busy',
      status: 'busy',
      provisioners: ['local'],
      organization_id: owner.organizationId,
      current_job: { id: jobId, status: 'running', template_name: 'node' },
    });
    expect(all.find(({ id }) => id === idle)).toMatchObject({ status: 'idle' });
    expect(await names({})).toEqual(['busy', 'idle']);
    expect(await names({ offline: true })).toEqual(['busy', 'idle', 'silent', 'stopped']);
    expect(await names({ status: ['offline'] })).toEqual(['silent', 'stopped']);
    expect(await names({ ids: [stopped, silent], offline: true })).toEqual(['silent', 'stopped']);
    expect(await names({ limit: 1 })).toHaveLength(1);
  });

  it('are seen by members, and by nobody else', async () => {
    const member = await testUser(database.db);
    expect(await server.client(member.token).provisioners.daemons({ organization })).not.toEqual([]);
    const narrow = await testUser(database.db, { allowList: [`workspace:${randomUUID()}`] });
    const refused = await failure(server.client(narrow.token).provisioners.daemons({ organization }));
    expect(refused.code).toBe('INSUFFICIENT_SCOPE');
    await database.db.deleteFrom('organization_members').where('user_id', '=', member.user.id).execute();
    const outside = await testUser(database.db);
    await database.db.deleteFrom('organization_members').where('user_id', '=', outside.user.id).execute();
    const hidden = await failure(server.client(outside.token).provisioners.daemons({ organization }));
    expect(hidden.code).toBe('NOT_FOUND');
  });
});

describe('the jobs', () => {
  it('are builds and imports, filtered and paged, the newest first', async () => {
    const bob = await testUser(database.db, { username: 'bob' });
    const at = (minutes: number) => new Date(clock.now().getTime() + minutes * 60_000);
    const old = await seedBuild(database.db, bob, template, { name: 'old', at: at(1) });
    const failed = await seedBuild(database.db, bob, template, { name: 'bad', at: at(2), status: 'failed' });
    const waiting = await seedBuild(database.db, bob, template, { at: at(3), status: 'pending' });
    const client = server.client(owner.token);
    const ids = async (query: object) =>
      (await client.provisioners.jobs({ organization, ...query })).map(({ id }) => id);
    expect(await ids({ initiator: 'bob' })).toEqual([waiting.jobId, failed.jobId, old.jobId]);
    expect(await ids({ initiator: 'bob', limit: 1, offset: 1 })).toEqual([failed.jobId]);
    expect(await ids({ initiator: 'bob', status: ['failed', 'pending'] })).toHaveLength(2);
    expect(await ids({ ids: [old.jobId] })).toEqual([old.jobId]);
    expect(await client.provisioners.job({ organization, job: failed.jobId })).toMatchObject({
      id: failed.jobId,
      status: 'failed',
      type: 'workspace_build',
      input: { workspace_build_id: failed.buildId },
      metadata: { template_name: 'node', workspace_name: 'bad', workspace_id: failed.workspaceId },
    });
    expect(await client.provisioners.job({ organization, job: waiting.jobId })).toMatchObject({
      queue_position: 1,
      queue_size: 1,
    });
    const query = await server.fetch(
      new Request(
        `http://coder.test/api/v2/organizations/default/provisionerjobs?status=failed,%20pending&initiator=bob`,
        { headers: { 'coder-session-token': owner.token } },
      ),
    );
    expect(await query.json()).toHaveLength(2);
    const imported = await client.provisioners.jobs({ organization, initiator: 'ada' });
    expect(imported.some(({ type }) => type === 'template_version_import')).toBe(true);
  });

  it('are hidden from who may not see what they are about', async () => {
    const [bob, member] = [await testUser(database.db), await testUser(database.db)];
    const { jobId, workspaceId } = await seedBuild(database.db, bob, template);
    const other = await seedBuild(database.db, bob, template);
    const denied = await failure(server.client(member.token).provisioners.jobs({ organization }));
    expect(denied.code).toBe('FORBIDDEN');
    const narrow = await testUser(database.db, {
      roles: ['owner'],
      allowList: [`workspace:${workspaceId}`],
    });
    const { provisioners } = server.client(narrow.token);
    const seen = await provisioners.jobs({ organization, limit: 1000 });
    expect(seen.filter(({ type }) => type === 'workspace_build').map(({ id }) => id)).toEqual([jobId]);
    expect((await failure(provisioners.job({ organization, job: other.jobId }))).code).toBe('NOT_FOUND');
    const odd = await failure(
      server.client(owner.token).provisioners.jobs({ organization, status: ['done' as never] }),
    );
    expect(odd.validations).toMatchObject([{ field: 'status[0]' }]);
  });
});
