import {
  type Action,
  type ApiError,
  allPermissions,
  expandScopes,
  type Permission,
  publicScopes,
  type ResourceType,
} from '@coder/api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testActor } from '../testing/index.ts';
import type { Actor, Resource } from './actor.ts';
import { allowListContains, intersectAllowLists } from './allow-list.ts';
import { mayAsMuch } from './as-much.ts';
import { authorize, can } from './authorize.ts';
import { mayAssignRole, organizationRoles, siteRoles } from './roles.ts';
import { visible } from './visible.ts';

const org = '00000000-0000-4000-8000-00000000000a';
const elsewhere = '00000000-0000-4000-8000-00000000000b';
const thing = '00000000-0000-4000-8000-000000000001';
const me = { id: '00000000-0000-4000-8000-0000000000ff', username: 'me', email: 'me@example.com' };
const other = '00000000-0000-4000-8000-0000000000ee';

const split = (permission: Permission) => permission.split(':') as [ResourceType, Action];
const may = (actor: Actor, permission: Permission, where: Partial<Resource>) => {
  const [type, action] = split(permission);
  return can(actor, action, { type, id: thing, ...where });
};
const allowed = (actor: Actor, where: Partial<Resource>) =>
  allPermissions.filter((permission) => may(actor, permission, where));

/** What each site role may do to what belongs to somebody else, in an organization the user is not in. */
const onOthers: Record<string, Permission[]> = {
  owner: [...allPermissions],
  'template-admin': [
    'workspace:read',
    'template:create',
    'template:read',
    'template:update',
    'template:delete',
    'template:use',
    'template:view_insights',
    'file:create',
    'file:read',
    'user:read',
    'organization:read',
    'organization_member:read',
    'group:read',
    'assign_role:read',
    'assign_org_role:read',
    'provisioner_daemon:read',
    'provisioner_jobs:read',
    'oauth2_app:read',
  ],
  'user-admin': [
    'user:create',
    'user:read',
    'user:update',
    'user:delete',
    'user:read_personal',
    'user:update_personal',
    'organization:read',
    'organization_member:create',
    'organization_member:read',
    'organization_member:update',
    'organization_member:delete',
    'group:create',
    'group:read',
    'group:update',
    'group:delete',
    'assign_role:read',
    'assign_role:assign',
    'assign_role:unassign',
    'assign_org_role:read',
    'assign_org_role:assign',
    'assign_org_role:unassign',
    'oauth2_app:read',
  ],
  auditor: [
    'template:read',
    'template:view_insights',
    'user:read',
    'organization:read',
    'organization_member:read',
    'group:read',
    'assign_role:read',
    'assign_org_role:read',
    'audit_log:read',
    'deployment_config:read',
    'deployment_stats:read',
    'oauth2_app:read',
  ],
  member: ['assign_role:read', 'oauth2_app:read'],
};

const membersAndGroups: Permission[] = [
  'organization_member:create',
  'organization_member:update',
  'organization_member:delete',
  'group:create',
  'group:update',
  'group:delete',
  'assign_org_role:assign',
  'assign_org_role:unassign',
];

/** What each organization role may do there to what belongs to somebody else, beyond what a bare member may. */
const inOrganization: Record<string, Permission[]> = {
  'organization-admin': [
    'workspace:create',
    'workspace:read',
    'workspace:update',
    'workspace:delete',
    'workspace:start',
    'workspace:stop',
    'template:create',
    'template:read',
    'template:update',
    'template:delete',
    'template:use',
    'template:view_insights',
    'file:create',
    'file:read',
    'user:read',
    'organization:update',
    'organization:delete',
    ...membersAndGroups,
    'audit_log:read',
    'provisioner_jobs:read',
  ],
  'organization-template-admin': [
    'workspace:read',
    'template:create',
    'template:update',
    'template:delete',
    'template:view_insights',
    'file:create',
    'file:read',
    'provisioner_jobs:read',
  ],
  'organization-user-admin': ['user:read', ...membersAndGroups],
  'organization-auditor': ['template:view_insights', 'audit_log:read'],
  'organization-workspace-creation-ban': [],
  'organization-member': [],
};
const bareMember: Permission[] = [
  'template:read',
  'template:use',
  'organization:read',
  'organization_member:read',
  'group:read',
  'assign_role:read',
  'assign_org_role:read',
  'provisioner_daemon:read',
  'oauth2_app:read',
];

const inOrder = (permissions: Iterable<Permission>) =>
  allPermissions.filter((permission) => new Set(permissions).has(permission));

describe('roles', () => {
  it('are all in the tables of this test', () => {
    expect(Object.keys(onOthers)).toEqual(Object.keys(siteRoles));
    expect(Object.keys(inOrganization)).toEqual(Object.keys(organizationRoles));
  });

  it.each(Object.keys(onOthers))('%s, on what belongs to others', (role) => {
    const actor = testActor({ user: me, roles: [role] });
    expect(allowed(actor, { ownerId: other, organizationId: elsewhere })).toEqual(
      inOrder(onOthers[role] ?? []),
    );
  });

  it.each(Object.keys(inOrganization))('%s, in its organization', (role) => {
    const actor = testActor({ user: me, organizationId: org, organizationRoles: [role] });
    expect(allowed(actor, { ownerId: other, organizationId: org })).toEqual(
      inOrder([...bareMember, ...(inOrganization[role] ?? [])]),
    );
    expect(allowed(actor, { ownerId: other, organizationId: elsewhere })).toEqual(
      inOrder([
        'assign_role:read',
        'oauth2_app:read',
        ...((inOrganization[role] ?? []).includes('user:read') ? (['user:read'] as const) : []),
      ]),
    );
  });

  it('let a member do everything with the own workspaces, in the own organization', () => {
    const actor = testActor({ user: me, organizationId: org });
    const own = (organizationId: string) =>
      allowed(actor, { ownerId: me.id, organizationId }).filter((name) => name.startsWith('workspace:'));
    expect(own(org)).toHaveLength(9);
    expect(own(elsewhere)).toEqual([]);
  });

  it('ban from creating and deleting, whatever else they allow', () => {
    const roles = ['organization-admin', 'organization-workspace-creation-ban'];
    const actor = testActor({ user: me, roles: ['owner'], organizationId: org, organizationRoles: roles });
    const where = { ownerId: me.id, organizationId: org };
    expect(may(actor, 'workspace:create', where)).toBe(false);
    expect(may(actor, 'workspace:delete', where)).toBe(false);
    expect(may(actor, 'workspace:start', where)).toBe(true);
  });

  it('keep owners out of others’ workspaces where the deployment says so', () => {
    const owner = testActor({ user: me, roles: ['owner'], organizationId: org });
    const kept = { ...owner, withoutOwnerWorkspaceAccess: true };
    const theirs = { ownerId: other, organizationId: org };
    for (const permission of ['workspace:ssh', 'workspace:application_connect', 'workspace:share'] as const) {
      expect(may(owner, permission, theirs)).toBe(true);
      expect(may(kept, permission, theirs)).toBe(false);
      expect(may(kept, permission, { ownerId: me.id, organizationId: org })).toBe(true);
    }
    expect(may(kept, 'workspace:delete', theirs)).toBe(true);
  });

  it.each([
    ['use', ['read', 'start', 'stop', 'ssh', 'application_connect']],
    ['admin', ['read', 'update', 'start', 'stop', 'ssh', 'application_connect', 'share']],
  ] as const)('a share to %s allows this and no more, of one workspace and nothing else', (role, actions) => {
    const actor = { ...testActor({ user: me }), shares: new Map([[thing, role]]) };
    const where = { ownerId: other, organizationId: org };
    const theirs = allowed(actor, where).filter((permission) => permission !== 'assign_role:read');
    expect(theirs).toEqual(
      inOrder([...actions.map((action): Permission => `workspace:${action}`), 'oauth2_app:read']),
    );
    expect(may(actor, 'workspace:read', { ...where, id: other })).toBe(false);
    expect(can(actor, 'read', { type: 'workspace', ...where })).toBe(false);
    const narrow = { ...actor, key: { ...actor.key, allowList: [`workspace:${other}`] } };
    expect(may(narrow, 'workspace:read', where)).toBe(false);
    const look = { ...actor, key: { ...actor.key, permissions: new Set<Permission>(['workspace:read']) } };
    expect(allowed(look, where)).toEqual(['workspace:read']);
  });

  it('is less when something that was shared is not, or shared as less', () => {
    const sharing = (shares: [string, 'use' | 'admin'][]) => ({
      ...testActor({ user: me }),
      shares: new Map(shares),
    });
    const before = sharing([
      [thing, 'use'],
      [other, 'admin'],
    ]);
    expect(
      mayAsMuch(
        sharing([
          [thing, 'admin'],
          [other, 'admin'],
        ]),
        before,
      ),
    ).toBe(true);
    expect(
      mayAsMuch(
        sharing([
          [thing, 'use'],
          [other, 'use'],
        ]),
        before,
      ),
    ).toBe(false);
    expect(mayAsMuch(sharing([[other, 'admin']]), before)).toBe(false);
    expect(mayAsMuch(sharing([[other, 'admin']]), before, other)).toBe(true);
    expect(mayAsMuch(sharing([[other, 'admin']]), before, thing)).toBe(false);
  });

  it('can be given only by who is above them', () => {
    expect(mayAssignRole(['user-admin'], 'owner')).toBe(false);
    expect(mayAssignRole(['user-admin'], 'template-admin')).toBe(false);
    expect(mayAssignRole(['owner'], 'owner')).toBe(true);
    expect(mayAssignRole(['member', 'auditor'], 'member')).toBe(false);
  });
});

describe('authorize', () => {
  const refusal = (actor: Actor, permission: Permission, where: Partial<Resource>) => {
    const [type, action] = split(permission);
    try {
      authorize(actor, action, { type, id: thing, ...where });
    } catch (error) {
      return error as ApiError;
    }
    return undefined;
  };
  const theirs = { ownerId: other, organizationId: org };
  const mine = { ownerId: me.id, organizationId: org };

  it('does not tell that there is what the user may not read', () => {
    const member = testActor({ user: me, organizationId: org });
    expect(refusal(member, 'workspace:delete', theirs)).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('names the roles that would allow it', () => {
    const member = testActor({ user: me, organizationId: org });
    expect(refusal(member, 'template:update', { organizationId: org })).toMatchObject({
      code: 'FORBIDDEN',
      message:
        'You may not update this template. Allowed for the role "owner" or "template-admin" or "organization-admin" or "organization-template-admin".',
    });
    expect(refusal(member, 'user:create', { id: undefined })).toMatchObject({ code: 'FORBIDDEN' });
    expect(refusal(member, 'audit_log:read', { id: undefined })).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('names the scope when only the token stands in the way', () => {
    const narrow = testActor({ user: me, organizationId: org, scopes: ['workspace:read'] });
    expect(refusal(narrow, 'workspace:delete', mine)).toMatchObject({
      code: 'INSUFFICIENT_SCOPE',
      message: expect.stringContaining('"workspace:delete"'),
    });
    expect(refusal(narrow, 'workspace:read', mine)).toBeUndefined();
    // What the user may not do at all, no scope would change.
    expect(refusal(narrow, 'template:delete', { organizationId: org })).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('lets a key that creates workspaces create those of its own user alone, even an owner’s', () => {
    const actor = testActor({ user: me, roles: ['owner'], allowList: ['workspace:created'] });
    const create = (ownerId: string) => can(actor, 'create', { type: 'workspace', ownerId });
    expect([create(me.id), create('somebody')]).toEqual([true, false]);
  });

  it('hides what is not in the allow list and says so about what cannot exist yet', () => {
    const listed = testActor({ user: me, organizationId: org, allowList: [`workspace:${other}`] });
    expect(refusal(listed, 'workspace:read', mine)).toMatchObject({ code: 'NOT_FOUND' });
    expect(refusal(listed, 'workspace:read', { ...mine, id: other })).toBeUndefined();
    expect(refusal(listed, 'workspace:create', { ...mine, id: undefined })).toMatchObject({
      code: 'INSUFFICIENT_SCOPE',
      message: expect.stringContaining('"workspace:*"'),
    });
    expect(refusal(listed, 'template:read', { organizationId: org })).toBeUndefined();
    expect(refusal(listed, 'template:use', { organizationId: org })).toMatchObject({
      code: 'INSUFFICIENT_SCOPE',
    });
    expect(refusal(listed, 'user:read', { id: me.id })).toBeUndefined();
    expect(refusal(listed, 'api_key:create', { id: undefined, ownerId: me.id })).toMatchObject({
      code: 'INSUFFICIENT_SCOPE',
    });
  });
});

const ids = [thing, other, me.id];
const entries = [
  `template:${thing}`,
  '*:*',
  'workspace:*',
  'template:*',
  'user:*',
  ...ids.flatMap((id) => [`workspace:${id}`, `*:${id}`]),
];
const actors = fc
  .record({
    roles: fc.subarray(Object.keys(siteRoles)),
    organizationRoles: fc.subarray(Object.keys(organizationRoles)),
    scopes: fc.subarray([...publicScopes]),
    allowList: fc.subarray(entries),
    isMember: fc.boolean(),
    kept: fc.boolean(),
    shares: fc.subarray(ids.flatMap((id) => [[id, 'use'] as const, [id, 'admin'] as const])),
  })
  .map(({ isMember, kept, shares, ...options }) => ({
    ...testActor({ ...options, user: me, ...(isMember ? { organizationId: org } : {}) }),
    withoutOwnerWorkspaceAccess: kept,
    shares: new Map(shares),
  }));
const resources = fc.record({
  id: fc.constantFrom(...ids),
  ownerId: fc.constantFrom(me.id, other),
  organizationId: fc.constantFrom(org, elsewhere),
});

describe('for every actor and resource', () => {
  it('a token never exceeds its user', () => {
    fc.assert(
      fc.property(actors, resources, fc.constantFrom(...allPermissions), (actor, where, permission) => {
        const whole = { ...actor, key: { ...actor.key, permissions: 'all' as const, allowList: ['*:*'] } };
        if (!may(actor, permission, where)) return;
        expect(may(whole, permission, where)).toBe(true);
        const { permissions } = actor.key;
        expect(permissions === 'all' || permissions.has(permission)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('a narrower token never does more', () => {
    fc.assert(
      fc.property(
        actors,
        resources,
        fc.constantFrom(...allPermissions),
        fc.subarray([...publicScopes]),
        (actor, where, permission, fewer) => {
          const permissions = expandScopes(fewer);
          const { permissions: wide } = actor.key;
          if (wide !== 'all' && (permissions === 'all' || [...permissions].some((name) => !wide.has(name))))
            return;
          const narrow = { ...actor, key: { ...actor.key, permissions } };
          if (may(narrow, permission, where)) expect(may(actor, permission, where)).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('a list shows exactly what may be read one by one', () => {
    const types: ResourceType[] = ['workspace', 'template', 'user', 'file', 'organization_member', 'api_key'];
    fc.assert(
      fc.property(actors, resources, fc.constantFrom(...types), (actor, where, type) => {
        const resource = type === 'user' ? { ...where, ownerId: where.id } : where;
        const { all, ownerId, ownedIn, organizationIds, shared, ids: only } = visible(actor, type);
        const reached =
          all ||
          shared.includes(resource.id) ||
          ownerId === resource.ownerId ||
          (ownedIn?.ownerId === resource.ownerId &&
            ownedIn.organizationIds.includes(resource.organizationId)) ||
          organizationIds.includes(resource.organizationId);
        const shown = reached && (only === undefined || only.includes(resource.id));
        expect(shown).toBe(can(actor, 'read', { type, ...resource } as Resource & { type: 'workspace' }));
      }),
      { numRuns: 3_000 },
    );
  });

  it('what two allow lists have in common admits nothing that either does not', () => {
    fc.assert(
      fc.property(actors, fc.subarray(entries), resources, (actor, other, where) => {
        const withList = (allowList: readonly string[]) => ({ ...actor, key: { ...actor.key, allowList } });
        const one = actor.key.allowList;
        const both = withList(intersectAllowLists(one, other));
        for (const permission of allPermissions) {
          if (!may(both, permission, where)) continue;
          expect(may(actor, permission, where)).toBe(true);
          expect(may(withList(other), permission, where)).toBe(true);
        }
        expect(intersectAllowLists(one, ['*:*'])).toEqual(one);
      }),
      { numRuns: 1_000 },
    );
  });

  it('a contained allow list admits nothing that the containing one does not', () => {
    fc.assert(
      fc.property(actors, fc.subarray(entries), resources, (actor, narrow, where) => {
        if (!allowListContains(actor.key.allowList, narrow)) return;
        const made = { ...actor, key: { ...actor.key, allowList: narrow } };
        for (const permission of allPermissions) {
          if (may(made, permission, where)) expect(may(actor, permission, where)).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
