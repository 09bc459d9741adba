import type { WorkspaceRole } from '@coder/api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '../../authorization/index.ts';
import { loadBelonging } from '../../identity/index.ts';
import { type SeededUser, seedUser } from '../testing/seed.ts';
import { createWorld, failure, type World } from '../testing/world.ts';

let world: World;
let bob: SeededUser;
let carol: SeededUser;
let workspace: string;
let made = 0;
beforeAll(async () => {
  world = await createWorld({ workers: 0 });
});
beforeEach(async () => {
  made += 1;
  bob = await seedUser(world.db, world.organizationId, { username: `bob${made}` });
  carol = await seedUser(world.db, world.organizationId, { username: `carol${made}` });
  workspace = (await world.create(`shared${made}`)).id;
});
afterAll(() => world.close());

/** The actor as the next request of its user would have it. */
const now = async ({ actor }: { actor: Actor }): Promise<Actor> => ({
  ...actor,
  ...(await loadBelonging(world.db, actor.user.id)),
});
const share = (roles: Record<string, WorkspaceRole | ''>, actor = world.actor) =>
  world.workspaces.updateAcl(actor, workspace, { user_roles: roles });
const names = async (user: SeededUser, q = '') =>
  (await world.workspaces.list(await now(user), { q })).workspaces.map(({ name }) => name);
const name = () => `shared${made}`;

async function group(members: readonly SeededUser[]): Promise<string> {
  const id = crypto.randomUUID();
  const organization_id = world.organizationId;
  const at = new Date();
  await world.db
    .insertInto('groups')
    .values({ id, organization_id, name: `crew${made}`, created_at: at, updated_at: at })
    .execute();
  await world.db
    .insertInto('group_members')
    .values(members.map((user) => ({ group_id: id, organization_id, user_id: user.id, created_at: at })))
    .execute();
  return id;
}

describe('a shared workspace', () => {
  it('is listed for whom it is shared with, found by name and id, and by nobody else', async () => {
    expect(await names(bob)).toEqual([]);
    await share({ [bob.id]: 'use' });
    expect(await names(bob)).toEqual([name()]);
    expect(await names(bob, `ada/${name()}`)).toEqual([name()]);
    const actor = await now(bob);
    const found = await world.workspaces.getByName(actor, 'ada', name());
    expect(found).toMatchObject({
      id: workspace,
      owner_name: 'ada',
      shared_with: [{ id: bob.id, actor_type: 'user', name: bob.username, roles: ['use'] }],
    });
    expect(await names(carol)).toEqual([]);
    expect(await failure(world.workspaces.get(await now(carol), workspace))).toMatchObject({
      code: 'NOT_FOUND',
    });
    await share({ [bob.id]: '' });
    expect(await names(bob)).toEqual([]);
    expect(await world.workspaces.get(world.actor, workspace)).not.toHaveProperty('shared_with');
  });

  it('is searched for by who shares it', async () => {
    const crew = await group([carol]);
    await world.workspaces.updateAcl(world.actor, workspace, {
      user_roles: { [bob.id]: 'use' },
      group_roles: { [crew]: 'admin' },
    });
    await world.create(`alone${made}`);
    const mine = async (q: string) =>
      (await world.workspaces.list(world.actor, { q })).workspaces.map((found) => found.name);
    for (const q of [
      `shared:true name:${made}`,
      `shared_with_user:${bob.username}`,
      `shared_with_user:${bob.id}`,
      `shared_with_group:crew${made}`,
      `shared_with_group:coder/crew${made}`,
      `shared_with_group:${crew}`,
    ]) {
      expect(await mine(q), q).toEqual([name()]);
    }
    expect(await mine(`shared:false name:alone${made}`)).toEqual([`alone${made}`]);
    expect(await mine('shared_with_user:nobody')).toEqual([]);
    expect(await names(bob, 'shared_with_user:me')).toEqual([name()]);
    expect(await names(carol, 'owner:me')).toEqual([]);
    // Nobody finds by a search what they do not see without it.
    expect(await names(await seedUser(world.db, world.organizationId), 'shared:true')).toEqual([]);
  });

  it('can be used by whom it is shared with to use, as it is', async () => {
    await share({ [bob.id]: 'use' });
    const actor = await now(bob);
    const { workspaces } = world;
    for (const refused of [
      () => workspaces.rename(actor, workspace, 'mine'),
      () => workspaces.updateTtl(actor, workspace, 3_600_000),
      () => workspaces.setFavorite(actor, workspace, true),
      () => workspaces.updateAcl(actor, workspace, { user_roles: { [carol.id]: 'use' } }),
      () => workspaces.deleteAcl(actor, workspace),
      () => workspaces.createBuild(actor, workspace, { transition: 'delete' }),
      () =>
        workspaces.createBuild(actor, workspace, {
          transition: 'start',
          rich_parameter_values: [{ name: 'size', value: '2' }],
        }),
      () =>
        workspaces.createBuild(actor, workspace, {
          transition: 'start',
          template_version_id: world.versionId,
        }),
    ]) {
      expect(await failure(refused())).toMatchObject({ code: 'FORBIDDEN' });
    }
    const { latest_build: build } = await workspaces.get(actor, workspace);
    await workspaces.cancelBuild(world.actor, build.id);
    const stop = await workspaces.createBuild(actor, workspace, { transition: 'stop' });
    expect(stop).toMatchObject({ initiator_id: bob.id, workspace_owner_name: 'ada' });
    expect(await workspaces.getAcl(actor, workspace)).toMatchObject({ users: [{ id: bob.id, role: 'use' }] });
  });

  it('can be changed and shared further, but not deleted, by whom it is shared with as admin', async () => {
    await share({ [bob.id]: 'admin' });
    const actor = await now(bob);
    const { workspaces } = world;
    await workspaces.updateTtl(actor, workspace, 3_600_000);
    await workspaces.updateAcl(actor, workspace, { user_roles: { [carol.id]: 'use' } });
    expect(await names(carol)).toEqual([name()]);
    expect(await failure(workspaces.createBuild(actor, workspace, { transition: 'delete' }))).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await failure(workspaces.setFavorite(actor, workspace, true))).toMatchObject({
      code: 'FORBIDDEN',
    });
    await workspaces.deleteAcl(world.actor, workspace);
    expect(await names(bob)).toEqual([]);
    expect(await names(carol)).toEqual([]);
  });

  it('is shared by the larger of two roles', async () => {
    const crew = await group([bob]);
    await world.workspaces.updateAcl(world.actor, workspace, {
      user_roles: { [bob.id]: 'use' },
      group_roles: { [crew]: 'admin', [world.organizationId]: 'use' },
    });
    expect((await now(bob)).shares?.get(workspace)).toBe('admin');
    expect((await now(carol)).shares?.get(workspace)).toBe('use');
    await world.db.deleteFrom('group_members').where('group_id', '=', crew).execute();
    expect((await now(bob)).shares?.get(workspace)).toBe('use');
    await world.workspaces.deleteAcl(world.actor, workspace);
  });

  it('can be left by whom it is shared with', async () => {
    await share({ [bob.id]: 'use', [carol.id]: 'use' });
    const actor = await now(bob);
    expect(await failure(share({ [carol.id]: '' }, actor))).toMatchObject({ code: 'FORBIDDEN' });
    await share({ [bob.id]: '' }, actor);
    expect(await names(bob)).toEqual([]);
    expect(await names(carol)).toEqual([name()]);
  });

  it('is lost with the membership of its organization', async () => {
    await share({ [bob.id]: 'use' });
    await world.db.deleteFrom('organization_members').where('user_id', '=', bob.id).execute();
    expect(await names(bob)).toEqual([]);
    expect(await world.workspaces.getAcl(world.actor, workspace)).toEqual({ users: [], groups: [] });
  });

  it('tells the audit log what has changed', async () => {
    await share({ [bob.id]: 'use' });
    expect(await share({ [bob.id]: 'admin', [carol.id]: '' })).toEqual({
      name: `ada/${name()}`,
      changes: [{ who: `user:${bob.username}`, before: 'use', after: 'admin' }],
    });
  });
});

describe('sharing', () => {
  it('is with members and groups of the organization, and refused whole', async () => {
    const stranger = crypto.randomUUID();
    const error = await failure(
      world.workspaces.updateAcl(world.actor, workspace, {
        user_roles: { [bob.id]: 'use', [stranger]: 'use', [world.user.id]: 'admin' },
        group_roles: { [stranger]: 'use' },
      }),
    );
    expect(error).toMatchObject({
      code: 'VALIDATION_FAILED',
      validations: [
        { field: `user_roles.${stranger}`, detail: 'is no member of the organization "coder"' },
        { field: `user_roles.${world.user.id}`, detail: 'owns the workspace already' },
        { field: `group_roles.${stranger}`, detail: 'is no group of the organization "coder"' },
      ],
    });
    expect(await names(bob)).toEqual([]);
  });

  it('is not for who manages workspaces without entering them, but ending it is', async () => {
    await share({ [bob.id]: 'use' });
    const manager = {
      ...carol.actor,
      organizations: new Map([[world.organizationId, ['organization-admin']]]),
    };
    expect(await failure(share({ [carol.id]: 'admin' }, manager))).toMatchObject({ code: 'FORBIDDEN' });
    await share({ [bob.id]: '' }, manager);
    const owner = { ...carol.actor, user: { ...carol.actor.user, roles: ['owner'] } };
    expect(
      await failure(share({ [carol.id]: 'use' }, { ...owner, withoutOwnerWorkspaceAccess: true })),
    ).toMatchObject({ code: 'FORBIDDEN' });
    await share({ [carol.id]: 'use' }, owner);
  });

  it('needs a token that may', async () => {
    const narrow = (...scopes: string[]) => ({
      ...world.actor,
      key: { ...world.actor.key, scopes, permissions: new Set(scopes) as never },
    });
    expect(
      await failure(share({ [bob.id]: 'use' }, narrow('workspace:read', 'workspace:update'))),
    ).toMatchObject({ code: 'INSUFFICIENT_SCOPE' });
    await share({ [bob.id]: 'use' }, narrow('workspace:read', 'workspace:update', 'workspace:share'));
    await share({ [bob.id]: '' }, narrow('workspace:read', 'workspace:update'));
  });

  it('can be switched off, and what is shared is taken back all the same', async () => {
    await using off = await createWorld({
      workers: 0,
      database: world.database,
      seeded: world,
      settings: { disableSharing: true },
    });
    await share({ [bob.id]: 'use' });
    expect(
      await failure(off.workspaces.updateAcl(world.actor, workspace, { user_roles: { [carol.id]: 'use' } })),
    ).toMatchObject({ code: 'FORBIDDEN', message: expect.stringContaining('switched off') });
    await off.workspaces.deleteAcl(world.actor, workspace);
    expect(await names(bob)).toEqual([]);
  });
});
