import type { ApiClient, Organization } from '@coder/api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  failure,
  seedBuild,
  seedTemplate,
  type TestApi,
  type TestDatabase,
  type TestUserOptions,
  testDatabase,
  testOrganizations,
  testUser,
  valuesReplaced,
} from '../testing/index.ts';

let database: TestDatabase;
let server: TestApi;
let owner: ApiClient;
let organization: Organization;
let made = 0;
beforeAll(async () => {
  database = await testDatabase();
  server = await testOrganizations(database);
  owner = (await signedIn({ username: 'root', roles: ['owner'] })).client;
});
beforeEach(async () => {
  organization = await owner.organizations.create({ name: `team-${++made}` });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await database.close();
});

async function signedIn(options: TestUserOptions = {}) {
  const { user, token } = await testUser(database.db, { ...options, session: true });
  return { ...user, client: server.client(token) };
}
async function member(options: TestUserOptions = {}) {
  const user = await signedIn(options);
  await owner.organizations.addMember({ organization: organization.id, user: user.id });
  return user;
}
const create = (name = 'crew') => owner.groups.create({ organization: organization.id, name });

describe('a group', () => {
  it('is made, found by name or id, changed and deleted', async () => {
    const group = await owner.groups.create({
      organization: organization.name,
      name: 'Crew',
      display_name: 'The crew',
      quota_allowance: 5,
    });
    expect(group).toMatchObject({
      name: 'Crew',
      display_name: 'The crew',
      quota_allowance: 5,
      organization_name: organization.name,
      members: [],
      total_member_count: 0,
      source: 'user',
    });
    expect(await owner.groups.get({ group: group.id })).toEqual(group);
    expect(await owner.groups.getByName({ organization: organization.id, name: 'crew' })).toEqual(group);
    expect(await failure(create('CREW'))).toMatchObject({ code: 'CONFLICT' });
    expect(await failure(create('everyone'))).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(await owner.groups.update({ group: group.id, name: 'gang' })).toMatchObject({
      name: 'gang',
      display_name: 'The crew',
    });
    await owner.groups.delete({ group: group.id });
    expect(await failure(owner.groups.get({ group: group.id }))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('has in the audit log what each change has replaced, also of those that come at once', async () => {
    const { id: group } = await create();
    await Promise.all([1, 2, 3, 4].map((quota_allowance) => owner.groups.update({ group, quota_allowance })));
    await server.audit.flush();
    const replaced = await valuesReplaced(database.db, 'quota_allowance');
    expect(replaced).toHaveLength(4);
    expect(new Set(replaced).size).toBe(4);
  });

  it('has members of its organization only, and changes nothing when one is not', async () => {
    const group = await create();
    const [bob, carol, stranger] = [await member(), await member(), await signedIn()];
    const error = await failure(
      owner.groups.update({ group: group.id, name: 'gang', add_users: [bob.id, stranger.id] }),
    );
    expect(error).toMatchObject({ code: 'VALIDATION_FAILED', validations: [{ field: 'add_users[1]' }] });
    expect(await owner.groups.get({ group: group.id })).toMatchObject({
      name: 'crew',
      total_member_count: 0,
    });
    const filled = await owner.groups.update({ group: group.id, add_users: [bob.id, carol.id] });
    expect(filled.members.map(({ id }) => id).toSorted()).toEqual([bob.id, carol.id].toSorted());
    const again = await owner.groups.update({
      group: group.id,
      add_users: [bob.id],
      remove_users: [carol.id, stranger.id],
    });
    expect(again).toMatchObject({ total_member_count: 1, members: [{ id: bob.id }] });
    const [B, C] = [bob.id.toUpperCase(), carol.id.toUpperCase()];
    const upper = await owner.groups.update({ group: group.id, add_users: [C], remove_users: [B] });
    expect(upper).toMatchObject({ total_member_count: 1, members: [{ id: carol.id }] });
    const twice = owner.groups.update({ group: group.id, add_users: [B], remove_users: [bob.id] });
    expect(await failure(twice)).toMatchObject({ validations: [{ detail: 'is also in remove_users' }] });
    const both = owner.groups.update({ group: group.id, add_users: [bob.id], remove_users: [bob.id] });
    expect(await failure(both)).toMatchObject({ validations: [{ detail: 'is also in remove_users' }] });
  });

  it('is not entered by who manages it, where a workspace is shared with it', async () => {
    const [ada, bob, admin, other] = [await member(), await member(), await member(), await member()];
    for (const { id: user } of [admin, other]) {
      const place = { organization: organization.id, user };
      await owner.organizations.updateMemberRoles({ ...place, roles: ['organization-user-admin'] });
    }
    const group = await create();
    const template = await seedTemplate(database.db, { user: ada, organizationId: organization.id });
    const { workspaceId } = await seedBuild(
      database.db,
      { user: ada, organizationId: organization.id },
      template,
    );
    const add = (client: ApiClient, ...add_users: string[]) =>
      client.groups.update({ group: group.id, add_users });
    // Where nothing is shared it lets nobody in.
    expect(await add(admin.client, admin.id)).toMatchObject({ total_member_count: 1 });
    await admin.client.groups.update({ group: group.id, remove_users: [admin.id] });
    const shared = { workspace_id: workspaceId, organization_id: organization.id, group_id: group.id };
    await database.db
      .insertInto('workspace_shares')
      .values({ ...shared, role: 'use', created_at: new Date() })
      .execute();
    expect(await failure(add(admin.client, bob.id, admin.id.toUpperCase()))).toMatchObject({
      code: 'FORBIDDEN',
      message:
        'You may not add yourself to the group "crew": workspaces are shared with it, and you would enter them.',
      detail: 'Ask the owner of the workspace to share it with you, or another administrator to add you.',
    });
    expect(await owner.groups.get({ group: group.id })).toMatchObject({ total_member_count: 0 });
    expect(await add(admin.client, bob.id)).toMatchObject({ total_member_count: 1 });
    expect(await add(other.client, admin.id)).toMatchObject({ total_member_count: 2 });
    // Who is in it already stays so.
    expect(await add(admin.client, admin.id)).toMatchObject({ total_member_count: 2 });
    // What is one's own is nothing to be entered, and an owner of the deployment may enter everything.
    await admin.client.groups.update({ group: group.id, remove_users: [admin.id] });
    await database.db
      .updateTable('workspaces')
      .set({ owner_id: admin.id })
      .where('id', '=', workspaceId)
      .execute();
    await add(admin.client, admin.id);
    const { id: root } = await owner.users.get({ user: 'me' });
    await owner.organizations.addMember({ organization: organization.id, user: root });
    expect(await add(owner, root)).toMatchObject({ total_member_count: 3 });
  });

  it('is left with the organization', async () => {
    const group = await create();
    const bob = await member();
    await owner.groups.update({ group: group.id, add_users: [bob.id] });
    await owner.organizations.removeMember({ organization: organization.id, user: bob.id });
    await owner.organizations.addMember({ organization: organization.id, user: bob.id });
    expect(await owner.groups.get({ group: group.id })).toMatchObject({ total_member_count: 0 });
  });

  it('is seen by the members of its organization, with names alone, and by nobody else', async () => {
    const group = await create();
    const [bob, carol, stranger] = [await member(), await member(), await signedIn()];
    await owner.groups.update({ group: group.id, add_users: [carol.id] });
    const seen = await bob.client.groups.get({ group: group.id });
    expect(seen.members).toMatchObject([{ username: carol.username, email: '' }]);
    expect(seen.members[0]).not.toHaveProperty('last_seen_at');
    const names = (groups: { name: string }[]) => groups.map(({ name }) => name);
    expect(names(await bob.client.groups.list({ organization: organization.id }))).toEqual([
      'crew',
      'Everyone',
    ]);
    expect(names(await bob.client.groups.list({ has_member: carol.username }))).toContain('crew');
    expect(names(await bob.client.groups.list({ has_member: 'me' }))).not.toContain('crew');
    expect(names(await bob.client.groups.list({ group_ids: group.id }))).toEqual(['crew']);
    expect(await failure(bob.client.groups.list({ group_ids: 'x' }))).toMatchObject({
      validations: [{ field: 'group_ids' }],
    });
    expect(await failure(stranger.client.groups.get({ group: group.id }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(names(await stranger.client.groups.list({ has_member: carol.id }))).not.toContain('crew');
    for (const refused of [
      () => bob.client.groups.update({ group: group.id, add_users: [bob.id] }),
      () => bob.client.groups.delete({ group: group.id }),
      () => bob.client.groups.create({ organization: organization.id, name: 'own' }),
    ]) {
      expect(await failure(refused())).toMatchObject({ code: 'FORBIDDEN' });
    }
  });
});

describe('the group of all members', () => {
  it('follows the members of the organization and cannot be changed otherwise', async () => {
    const everyone = { group: organization.id };
    const [bob, carol] = [await member({ username: 'ben' }), await member({ username: 'cem' })];
    expect(await owner.groups.get(everyone)).toMatchObject({ name: 'Everyone', total_member_count: 2 });
    expect(await owner.groups.members({ ...everyone, limit: 1, after_id: bob.id })).toMatchObject({
      users: [{ id: carol.id }],
      count: 2,
    });
    for (const refused of [
      () => owner.groups.update({ ...everyone, name: 'all' }),
      () => owner.groups.update({ ...everyone, remove_users: [bob.id] }),
      () => owner.groups.delete(everyone),
    ]) {
      expect(await failure(refused())).toMatchObject({ code: 'BAD_REQUEST', detail: expect.any(String) });
    }
    expect(await owner.groups.update({ ...everyone, quota_allowance: 3 })).toMatchObject({
      quota_allowance: 3,
    });
  });
});
