import type { ApiClient } from '@coder/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
} from '../testing/index.ts';

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

async function signedIn(options: TestUserOptions) {
  const { user, token, organizationId } = await testUser(database.db, { ...options, session: true });
  return { ...user, organizationId, client: server.client(token) };
}
let made = 0;
const make = (name = `team-${++made}`) => owner.organizations.create({ name });

describe('an organization', () => {
  it('is made by an owner, found by its name in any case, and changed in parts', async () => {
    const created = await owner.organizations.create({ name: 'Design', description: 'draws' });
    expect(created).toMatchObject({ name: 'Design', display_name: 'Design', is_default: false });
    expect(await owner.organizations.get({ organization: 'dEsIgN' })).toEqual(created);
    expect(await owner.organizations.get({ organization: 'default' })).toMatchObject({ is_default: true });
    const changed = await owner.organizations.update({
      organization: 'design',
      display_name: 'The designers',
    });
    expect(changed).toMatchObject({ name: 'Design', display_name: 'The designers', description: 'draws' });
  });

  it('has a name of its own', async () => {
    const { name } = await make();
    expect(await failure(make(name.toUpperCase()))).toMatchObject({ code: 'CONFLICT' });
    const other = await make();
    expect(await failure(owner.organizations.update({ organization: other.id, name }))).toMatchObject({
      code: 'CONFLICT',
      validations: [{ field: 'name' }],
    });
    expect(await failure(make('default'))).toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('is listed by pages, the default one first', async () => {
    const bob = await signedIn({});
    for (const name of ['page-b', 'page-a', 'page-c']) {
      const { id } = await make(name);
      await owner.organizations.addMember({ organization: id, user: bob.id });
    }
    const all = ['coder', 'page-a', 'page-b', 'page-c'];
    const lists = {
      seen: (page: object) => bob.client.organizations.list(page),
      own: (page: object) => bob.client.users.organizations({ user: 'me', ...page }),
      others: (page: object) => owner.users.organizations({ user: bob.id, ...page }),
    };
    for (const [name, list] of Object.entries(lists)) {
      const names = async (page: object) => [name, ...(await list(page)).map((found) => found.name)];
      const [, second] = await list({});
      expect(await names({})).toEqual([name, ...all]);
      expect(await names({ limit: 2 })).toEqual([name, 'coder', 'page-a']);
      expect(await names({ limit: 2, offset: 3 })).toEqual([name, 'page-c']);
      expect(await names({ after_id: second?.id })).toEqual([name, 'page-b', 'page-c']);
      expect(await failure(list({ limit: 1_001 }))).toMatchObject({ validations: [{ field: 'limit' }] });
    }
    const one = { user: 'me', organization: 'page-c' };
    expect(await bob.client.users.organizationByName(one)).toMatchObject({ name: 'page-c' });
    expect(await failure(owner.users.organizationByName(one))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is known to its members only, and changed only by its administrators', async () => {
    const { id, name } = await make();
    const bob = await signedIn({});
    expect((await bob.client.organizations.list({})).map((found) => found.name)).not.toContain(name);
    const unknown = await failure(bob.client.organizations.get({ organization: name }));
    expect(unknown.code).toBe('NOT_FOUND');
    await owner.organizations.addMember({ organization: id, user: bob.username });
    expect(await bob.client.organizations.get({ organization: name })).toMatchObject({ id });
    expect(
      await failure(bob.client.organizations.update({ organization: id, description: 'mine' })),
    ).toMatchObject({
      code: 'FORBIDDEN',
    });
    await owner.organizations.updateMemberRoles({
      organization: id,
      user: bob.id,
      roles: ['organization-admin'],
    });
    await bob.client.organizations.update({ organization: id, description: 'mine' });
    expect(await failure(bob.client.organizations.create({ name: 'own' }))).toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it('is deleted with its memberships and groups, and its name is free again', async () => {
    const { id, name } = await make();
    const bob = await signedIn({});
    await owner.organizations.addMember({ organization: id, user: bob.id });
    await owner.groups.create({ organization: id, name: 'crew' });
    expect(await owner.organizations.delete({ organization: name })).toMatchObject({
      message: expect.stringContaining(name),
    });
    expect(await failure(owner.organizations.get({ organization: id }))).toMatchObject({ code: 'NOT_FOUND' });
    expect((await bob.client.users.get({ user: 'me' })).organization_ids).not.toContain(id);
    expect(await owner.groups.list({ has_member: bob.id })).toHaveLength(1);
    await make(name);
  });

  it('stays while there is something in it, and the default one always', async () => {
    const { id, name } = await make();
    const { user } = await testUser(database.db);
    const { db } = database;
    const now = new Date();
    const times = { created_at: now, updated_at: now };
    await db
      .insertInto('templates')
      .values({
        id: crypto.randomUUID(),
        organization_id: id,
        name: 'web',
        active_version_id: crypto.randomUUID(),
        created_by: user.id,
        ...times,
      })
      .execute();
    expect(await failure(owner.organizations.delete({ organization: id }))).toMatchObject({
      code: 'CONFLICT',
      message: `Organization "${name}" has 0 workspaces and 1 template.`,
    });
    expect(await failure(owner.organizations.delete({ organization: 'default' }))).toMatchObject({
      code: 'BAD_REQUEST',
    });
  });
});

describe('a member', () => {
  it('is added once, listed, and removed', async () => {
    const { id, name } = await make();
    const bob = await signedIn({ username: 'bob' });
    const added = await owner.organizations.addMember({ organization: name, user: 'BOB' });
    expect(added).toMatchObject({ user_id: bob.id, organization_id: id, roles: [] });
    expect(await failure(owner.organizations.addMember({ organization: name, user: 'bob' }))).toMatchObject({
      code: 'CONFLICT',
      message: `bob is already a member of the organization "${name}".`,
    });
    expect(await owner.organizations.members({ organization: name })).toMatchObject([
      { username: 'bob', email: 'bob@example.com' },
    ]);
    expect((await bob.client.users.get({ user: 'me' })).organization_ids).toContain(id);
    expect(await bob.client.users.organizationByName({ user: 'me', organization: name })).toMatchObject({
      id,
    });
    await owner.organizations.removeMember({ organization: name, user: bob.id });
    expect(await failure(owner.organizations.getMember({ organization: name, user: 'bob' }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await failure(bob.client.organizations.get({ organization: name }))).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('is not who manages members, by their own hand, where a workspace is shared with all', async () => {
    const admin = await signedIn({ roles: ['user-admin'] });
    const organization = await make();
    const { id: organizationId } = organization;
    const ada = await signedIn({});
    const template = await seedTemplate(database.db, { user: ada, organizationId });
    const { workspaceId } = await seedBuild(database.db, { user: ada, organizationId }, template);
    const join = (user: string) =>
      admin.client.organizations.addMember({ organization: organizationId, user });
    const at = { created_at: new Date() };
    const refused = {
      code: 'FORBIDDEN',
      message: `You may not add yourself to the organization "${organization.name}": workspaces are shared with it, and you would enter them.`,
    };
    const port = { workspace_id: workspaceId, agent_name: 'main', port: 3000, ...at };
    await database.db
      .insertInto('workspace_port_shares')
      .values({ ...port, share_level: 'organization' })
      .execute();
    expect(await failure(join('me'))).toMatchObject(refused);
    await database.db.updateTable('workspace_port_shares').set({ share_level: 'owner' }).execute();
    const share = { workspace_id: workspaceId, organization_id: organizationId, group_id: organizationId };
    await database.db
      .insertInto('workspace_shares')
      .values({ ...share, role: 'use', ...at })
      .execute();
    expect(await failure(join(admin.id))).toMatchObject(refused);
    const bob = await signedIn({});
    await join(bob.id);
    await database.db
      .updateTable('workspaces')
      .set({ deleted: true })
      .where('id', '=', workspaceId)
      .execute();
    await join('me');
  });

  it('sees the names of the others, and no more of them', async () => {
    const { id } = await make();
    const [one, other] = [await signedIn({ username: 'carla' }), await signedIn({ username: 'carlos' })];
    const auditor = await signedIn({ username: 'audrey', roles: ['auditor'] });
    for (const { id: user } of [one, other, auditor]) {
      await owner.organizations.addMember({ organization: id, user });
    }
    const { members, count } = await one.client.organizations.paginatedMembers({
      organization: id,
      q: 'CARL',
    });
    expect(count).toBe(2);
    expect(members).toMatchObject([
      { username: 'carla', email: 'carla@example.com' },
      { username: 'carlos', email: '', global_roles: [] },
    ]);
    expect(await one.client.organizations.getMember({ organization: id, user: 'audrey' })).toMatchObject({
      email: '',
      global_roles: [],
    });
    expect(await auditor.client.organizations.getMember({ organization: id, user: 'carla' })).toMatchObject({
      email: 'carla@example.com',
    });
    const page = await one.client.organizations.members({ organization: id, limit: 1, after_id: one.id });
    expect(page.map(({ username }) => username)).toEqual(['carlos']);
  });

  it('may be given workspaces by who may create them for others', async () => {
    const { id: organization } = await make();
    const names = ['cora', 'cyrus', 'dora'].map((name) => `${name}-${made}`);
    const users = await Promise.all(names.map((username) => signedIn({ username })));
    for (const { username } of users) await owner.organizations.addMember({ organization, user: username });
    const [cora, cyrus] = users as [(typeof users)[0], (typeof users)[0]];
    const ask = (client: ApiClient, more: object = {}) =>
      client.organizations.availableUsers({ organization, user: cora.username, ...more });
    expect((await failure(ask(cora.client))).code).toBe('FORBIDDEN');
    const organizationRoles = { organization, user: cora.id, roles: ['organization-admin'] };
    await owner.organizations.updateMemberRoles(organizationRoles);
    expect((await ask(cora.client)).map(({ username }) => username)).toEqual(names);
    expect(await ask(cora.client, { q: 'c', limit: 1, offset: 1 })).toEqual([
      { id: cyrus.id, username: cyrus.username, name: '', avatar_url: '' },
    ]);
    await database.db.updateTable('users').set({ status: 'suspended' }).where('id', '=', cyrus.id).execute();
    expect((await ask(owner, { q: 'c' })).map(({ username }) => username)).toEqual([cora.username]);
    expect((await failure(ask(owner, { user: 'nobody' }))).code).toBe('NOT_FOUND');
  });

  it('cannot be removed by itself, nor while it has workspaces there', async () => {
    const { id, name } = await make();
    const bob = await signedIn({});
    await owner.organizations.addMember({ organization: id, user: bob.id });
    await owner.organizations.addMember({ organization: id, user: 'root' });
    expect(await failure(owner.organizations.removeMember({ organization: id, user: 'me' }))).toMatchObject({
      code: 'BAD_REQUEST',
    });
    const now = new Date();
    const times = { created_at: now, updated_at: now };
    const template = crypto.randomUUID();
    const { db } = database;
    await db
      .insertInto('templates')
      .values({
        id: template,
        organization_id: id,
        name: 'web',
        active_version_id: template,
        created_by: bob.id,
        ...times,
      })
      .execute();
    const workspace = crypto.randomUUID();
    await db
      .insertInto('workspaces')
      .values({
        id: workspace,
        owner_id: bob.id,
        organization_id: id,
        template_id: template,
        name: 'web',
        last_used_at: now,
        ...times,
      })
      .execute();
    expect(await failure(owner.organizations.removeMember({ organization: id, user: bob.id }))).toMatchObject(
      {
        code: 'CONFLICT',
        message: `${bob.username} has 1 workspace in the organization "${name}".`,
      },
    );
    await db.updateTable('workspaces').set({ deleted: true }).where('id', '=', workspace).execute();
    await owner.organizations.removeMember({ organization: id, user: bob.id });
  });
});

describe('the roles of a member', () => {
  it('are given by who is above them', async () => {
    const { id } = await make();
    const bob = await signedIn({});
    await owner.organizations.addMember({ organization: id, user: bob.id });
    const give = (client: ApiClient, roles: string[]) =>
      client.organizations.updateMemberRoles({ organization: id, user: bob.id, roles });

    const userAdmin = await signedIn({ roles: ['user-admin'] });
    expect(await failure(give(userAdmin.client, ['organization-admin']))).toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining('"organization-admin"'),
    });
    const admin = await signedIn({});
    await owner.organizations.addMember({ organization: id, user: admin.id });
    await owner.organizations.updateMemberRoles({
      organization: id,
      user: admin.id,
      roles: ['organization-admin'],
    });
    expect(await give(admin.client, ['organization-auditor', 'organization-member'])).toMatchObject({
      roles: [{ name: 'organization-auditor', organization_id: id }],
    });
    const roles = await admin.client.organizations.memberRoles({ organization: id });
    expect(roles.every(({ assignable }) => assignable)).toBe(true);
    const mine = await bob.client.organizations.memberRoles({ organization: id });
    expect(mine.some(({ assignable }) => assignable)).toBe(false);
    expect(await failure(give(admin.client, ['owner']))).toMatchObject({
      code: 'VALIDATION_FAILED',
      validations: [{ field: 'roles[0]' }],
    });
  });

  it('cannot be changed by the member itself, nor taken with the membership by who may not take them', async () => {
    const { id } = await make();
    const admin = await signedIn({});
    const userAdmin = await signedIn({});
    for (const [user, roles] of [
      [admin.id, ['organization-admin']],
      [userAdmin.id, ['organization-user-admin']],
    ] as const) {
      await owner.organizations.addMember({ organization: id, user });
      await owner.organizations.updateMemberRoles({ organization: id, user, roles: [...roles] });
    }
    expect(
      await failure(
        admin.client.organizations.updateMemberRoles({ organization: id, user: 'me', roles: [] }),
      ),
    ).toMatchObject({ code: 'BAD_REQUEST', detail: expect.stringContaining('another administrator') });
    expect(
      await failure(userAdmin.client.organizations.removeMember({ organization: id, user: admin.id })),
    ).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('hold from the next call on, and in their organization only', async () => {
    const [here, there] = [await make(), await make()];
    const bob = await signedIn({});
    for (const { id } of [here, there])
      await owner.organizations.addMember({ organization: id, user: bob.id });
    const set = (roles: string[]) =>
      owner.organizations.updateMemberRoles({ organization: here.id, user: bob.id, roles });
    const change = (organization: string) =>
      bob.client.organizations.update({ organization, description: 'changed' });
    expect(await failure(change(here.id))).toMatchObject({ code: 'FORBIDDEN' });
    await set(['organization-admin']);
    await change(here.id);
    expect(await failure(change(there.id))).toMatchObject({ code: 'FORBIDDEN' });
    await set([]);
    expect(await failure(change(here.id))).toMatchObject({ code: 'FORBIDDEN' });
  });
});
