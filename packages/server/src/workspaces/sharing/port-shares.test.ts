import { MAX_PORT_SHARES, type SharingLevel, type UpdatePortShare } from '@coder/api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadBelonging } from '../../identity/index.ts';
import { seedUser } from '../testing/seed.ts';
import { createWorld, failure, type World } from '../testing/world.ts';

let world: World;
let workspace: string;
let made = 0;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(async () => {
  made += 1;
  workspace = (await world.created(`shared${made}`)).id;
  await allow('public');
});
afterAll(() => world.close());

const allow = (level: SharingLevel) =>
  world.db.updateTable('templates').set({ max_port_share_level: level }).execute();
const ports = () => world.workspaces.ports;
const request = (fields: Partial<UpdatePortShare> = {}): UpdatePortShare => ({
  agent_name: 'main',
  port: 8080,
  share_level: 'authenticated',
  ...fields,
});
const share = (fields?: Partial<UpdatePortShare>, actor = world.actor) =>
  ports().updatePortShare(actor, workspace, request(fields));
const shares = async () => (await ports().portShares(world.actor, workspace)).shares;

describe('the shares of ports', () => {
  it('are listed, changed and deleted, and say what has changed', async () => {
    const name = `ada/shared${made}`;
    const field = 'port 8080 of main';
    const first = { workspace_id: workspace, agent_name: 'main', port: 8080, protocol: 'http' };
    expect(await share()).toEqual({
      share: { ...first, share_level: 'authenticated' },
      changed: { name, field, before: 'owner' },
    });
    await share({ port: 80, share_level: 'organization' });
    expect((await share({ share_level: 'public' })).changed.before).toBe('authenticated');
    expect(await shares()).toEqual([
      { ...first, port: 80, share_level: 'organization' },
      { ...first, share_level: 'public' },
    ]);
    const place = { agent_name: 'main', port: 8080 };
    expect(await ports().deletePortShare(world.actor, workspace, place)).toEqual({
      name,
      field,
      before: 'public',
    });
    expect((await shares()).map(({ port }) => port)).toEqual([80]);
    expect(await failure(ports().deletePortShare(world.actor, workspace, place))).toMatchObject({
      code: 'NOT_FOUND',
      message: 'Port 8080 of the agent "main" is not shared.',
    });
  });

  it('go no further than the template allows, and say how it allows more', async () => {
    await allow('organization');
    await share({ share_level: 'organization' });
    const error = await failure(share({ share_level: 'authenticated' }));
    expect(error).toMatchObject({ code: 'FORBIDDEN' });
    expect(error.message).toMatch(/lets ports be shared as far as "organization"/);
    await allow('owner');
    expect((await failure(share({ share_level: 'organization' }))).message).toMatch(
      /does not let ports be shared/,
    );
    expect((await shares()).map(({ share_level: level }) => level)).toEqual(['organization']);
  });

  it('are of an agent that there is, and of so many ports at most', async () => {
    expect(await failure(share({ agent_name: 'none' }))).toMatchObject({
      validations: [{ field: 'agent_name', detail: expect.stringContaining('"main"') }],
    });
    for (let port = 1; port <= MAX_PORT_SHARES; port++) await share({ port });
    expect(await failure(share({ port: 8080 }))).toMatchObject({ code: 'VALIDATION_FAILED' });
    await share({ port: 1, share_level: 'public' });
    expect(await shares()).toHaveLength(MAX_PORT_SHARES);
  });

  it('are for whoever may share the workspace, seen by whoever sees it', async () => {
    const user = await seedUser(world.db, world.organizationId, { username: `bob${made}` });
    const now = async () => ({ ...user.actor, ...(await loadBelonging(world.db, user.id)) });
    expect((await failure(share({}, await now()))).code).toBe('NOT_FOUND');
    await world.workspaces.updateAcl(world.actor, workspace, { user_roles: { [user.id]: 'use' } });
    await share();
    expect((await ports().portShares(await now(), workspace)).shares).toHaveLength(1);
    expect((await failure(share({}, await now()))).code).toBe('FORBIDDEN');
    const place = { agent_name: 'main', port: 8080 };
    expect((await failure(ports().deletePortShare(await now(), workspace, place))).code).toBe('FORBIDDEN');
    await world.workspaces.updateAcl(world.actor, workspace, { user_roles: { [user.id]: 'admin' } });
    await share({ share_level: 'public' }, await now());
    await ports().deletePortShare(await now(), workspace, place);
  });

  it('are refused where sharing is switched off', async () => {
    const off = await createWorld({ workers: 0, settings: { disableSharing: true } });
    try {
      const { id } = await off.create('web');
      const refused = off.workspaces.ports.updatePortShare(off.actor, id, request());
      expect((await failure(refused)).message).toContain('switched off');
    } finally {
      await off.close();
    }
  });
});
