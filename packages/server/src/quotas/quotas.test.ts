import type { ApiClient } from '@coder/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  failure,
  type TestApi,
  type TestDatabase,
  type TestUserOptions,
  testDatabase,
  testOrganizations,
  testUser,
  valuesReplaced,
} from '../testing/index.ts';
import { effectiveLimits, limitsOf, storedLimits } from './limits.ts';
import { amount } from './words.ts';

/** What is enforced by quotas is tested where builds are made. */
let database: TestDatabase;
let server: TestApi;
let owner: ApiClient;
beforeAll(async () => {
  database = await testDatabase();
  server = await testOrganizations(database);
  owner = (await signedIn({ username: 'root', roles: ['owner'] })).client;
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await database.close();
});

async function signedIn(options: TestUserOptions = {}) {
  const { user, token, organizationId } = await testUser(database.db, { ...options, session: true });
  return { ...user, organizationId, client: server.client(token) };
}
const none = { workspaces: null, cpu_cores: null, memory_bytes: null, disk_bytes: null };
const nothing = { workspaces: 0, cpu_cores: 0, memory_bytes: 0, disk_bytes: 0 };

describe('limits', () => {
  it('are stored without those that set none', () => {
    const limits = limitsOf({ workspaces: 3, disk_bytes: 0 });
    expect(limits).toEqual({ ...none, workspaces: 3, disk_bytes: 0 });
    expect(JSON.parse(storedLimits(limits))).toEqual({ workspaces: 3, disk_bytes: 0 });
    expect(limitsOf(JSON.parse(storedLimits(limits)))).toEqual(limits);
  });

  it('of a member come before those of its groups, of which the largest counts', () => {
    const groups = [limitsOf({ workspaces: 2, cpu_cores: 4 }), limitsOf({ workspaces: 5 })];
    expect(effectiveLimits(limitsOf({ cpu_cores: 1 }), groups)).toEqual({
      ...none,
      workspaces: 5,
      cpu_cores: 1,
    });
    expect(effectiveLimits(limitsOf({}), [])).toEqual(none);
  });

  it('are said so that people can read them', () => {
    expect(amount('workspaces', 1)).toBe('1 workspace');
    expect(amount('cpu_cores', 1.5)).toBe('1.5 cores of cpu');
    expect(amount('memory_bytes', 1536 * 2 ** 20)).toBe('1.5 GiB of memory');
    expect(amount('disk_bytes', 0)).toBe('0 bytes of disk');
  });
});

describe('the quota of a member', () => {
  it('is seen by the member and its administrators, and changed by these', async () => {
    const bob = await signedIn();
    const ref = { organization: 'default', user: bob.username };
    expect(await bob.client.quotas.getMember({ ...ref, user: 'me' })).toEqual({
      limits: none,
      effective: none,
      used: nothing,
      groups: [],
    });
    const admin = await signedIn({ organizationRoles: ['organization-user-admin'] });
    await admin.client.quotas.updateMember({ ...ref, limits: { workspaces: 3 } });
    expect(await admin.client.quotas.updateMember({ ...ref, limits: { cpu_cores: 2.5 } })).toMatchObject({
      limits: { ...none, workspaces: 3, cpu_cores: 2.5 },
      effective: { ...none, workspaces: 3, cpu_cores: 2.5 },
    });
    expect(
      await failure(bob.client.quotas.updateMember({ ...ref, limits: { workspaces: 100 } })),
    ).toMatchObject({ code: 'FORBIDDEN' });
    expect(
      await failure(admin.client.quotas.updateMember({ ...ref, limits: { workspaces: -1 } })),
    ).toMatchObject({ code: 'VALIDATION_FAILED', validations: [{ field: 'limits.workspaces' }] });
    const carol = await signedIn();
    expect(await failure(carol.client.quotas.getMember(ref))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await failure(carol.client.quotas.credits(ref))).toMatchObject({ code: 'NOT_FOUND' });
    const stranger = { organization: 'default', user: 'nobody' };
    expect(await failure(owner.quotas.getMember(stranger))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('has in the audit log what each change has replaced, also of those that come at once', async () => {
    const bob = await signedIn();
    const group = await owner.groups.create({ organization: 'default', name: 'busy' });
    await Promise.all(
      [1, 2, 3].flatMap((cpu_cores) => [
        owner.quotas.updateMember({ organization: 'default', user: bob.username, limits: { cpu_cores } }),
        owner.quotas.updateGroup({ group: group.id, total_limits: { cpu_cores } }),
      ]),
    );
    await server.audit.flush();
    for (const field of ['limits.cpu_cores', 'total_limits.cpu_cores']) {
      const replaced = (await valuesReplaced(database.db, field)).slice(-3);
      expect(new Set(replaced).size, field).toBe(3);
    }
  });

  it('follows the groups of the member', async () => {
    const bob = await signedIn();
    const { id: group } = await owner.groups.create({ organization: 'default', name: 'crew' });
    await owner.groups.update({ group, add_users: [bob.id], quota_allowance: 7 });
    await owner.quotas.updateGroup({
      group,
      member_limits: { workspaces: 4 },
      total_limits: { disk_bytes: 1_000 },
    });
    expect(await owner.quotas.getGroup({ group })).toEqual({
      member_limits: { ...none, workspaces: 4 },
      total_limits: { ...none, disk_bytes: 1_000 },
      used: nothing,
    });
    const ref = { organization: 'default', user: 'me' };
    expect(await bob.client.quotas.getMember(ref)).toEqual({
      limits: none,
      effective: { ...none, workspaces: 4 },
      used: nothing,
      groups: [{ id: group, name: 'crew', total_limits: { ...none, disk_bytes: 1_000 }, used: nothing }],
    });
    expect(await bob.client.quotas.credits(ref)).toEqual({ credits_consumed: 0, budget: 7 });
    const carol = await signedIn();
    expect(await carol.client.quotas.creditsInDefault({ user: 'me' })).toEqual({
      credits_consumed: 0,
      budget: 0,
    });
    await owner.groups.delete({ group });
    expect(await bob.client.quotas.credits(ref)).toEqual({ credits_consumed: 0, budget: -1 });
  });
});
