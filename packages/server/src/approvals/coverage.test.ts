import { type ApprovalMeta, contract, type RouteMeta, rawRoutes } from '@coder/api';
import { describe, expect, it } from 'vitest';

/** Every route that does something, as `group.name`, or `raw.name` for one beside the typed contract. */
const acting: [name: string, meta: RouteMeta][] = [
  ...Object.entries(contract).flatMap(([group, routes]) =>
    Object.entries(routes).map(([name, route]): [string, RouteMeta, string] => {
      const { meta, route: path } = (route as { '~orpc': { meta: RouteMeta; route: { method?: string } } })[
        '~orpc'
      ];
      return [`${group}.${name}`, meta, path.method ?? 'POST'];
    }),
  ),
  ...Object.entries(rawRoutes).map(([name, { meta, method }]): [string, RouteMeta, string] => [
    `raw.${name}`,
    meta,
    // A WebSocket and a proxied call begin as a GET and do what they like.
    (meta as RouteMeta).audit?.action === 'read' || !('audit' in meta) ? method : 'POST',
  ]),
]
  .filter(([, , method]) => method !== 'GET')
  .map(([name, meta]) => [name, meta]);

/** What each of them has to be approved as, or why not. A new route is put into one of the two by whoever adds it. */
const approved: Record<string, ApprovalMeta['classes']> = {
  'workspaces.createBuild': ['delete'],
  'workspaces.updateDormancy': ['delete'],
  'templates.delete': ['delete', 'templates'],
  'templates.create': ['templates'],
  'templates.update': ['templates'],
  'templates.activateVersion': ['templates'],
  'templateVersions.create': ['templates'],
  'templateVersions.update': ['templates'],
  'templates.archiveVersions': ['templates'],
  'templateVersions.archive': ['templates'],
  'templateVersions.unarchive': ['templates'],
  'processes.start': ['commands'],
  'raw.processStdin': ['commands'],
  'raw.terminal': ['commands'],
};
const free: Record<string, string> = {
  'users.createFirst': 'there is nobody yet',
  'users.login': 'takes a password',
  'users.logout': 'ends the caller’s own key',
  'users.create': 'takes a session while approvals are demanded',
  'users.delete': 'is about an account',
  'users.updateProfile': 'is about an account',
  'users.suspend': 'is about an account',
  'users.activate': 'is about an account',
  'users.updatePassword': 'takes a session while approvals are demanded',
  'users.updateRoles': 'takes a session while approvals are demanded',
  'organizations.create': 'is empty',
  'organizations.update': 'is a name',
  'organizations.delete': 'takes an organization without workspaces and templates',
  'organizations.addMember': 'takes a session while approvals are demanded',
  'organizations.removeMember': 'is about who belongs where',
  'organizations.updateMemberRoles': 'takes a session while approvals are demanded',
  'groups.create': 'is empty',
  'groups.update': 'takes a session while approvals are demanded',
  'groups.delete': 'is about who belongs where',
  'quotas.updateMember': 'deletes and runs nothing',
  'quotas.updateGroup': 'deletes and runs nothing',
  'workspaces.updateAcl': 'takes a session while approvals are demanded',
  'workspaces.deleteAcl': 'takes rights away',
  'workspaces.updatePortShare': 'takes a session while approvals are demanded',
  'workspaces.deletePortShare': 'takes rights away',
  'apiKeys.createSession': 'takes a session',
  'apiKeys.createToken': 'takes a session while approvals are demanded',
  'apiKeys.delete': 'ends a key',
  'apiKeys.expire': 'ends a key',
  'workspaces.create': 'runs what its template says',
  'workspaces.createInOrganization': 'runs what its template says',
  'workspaces.rename': 'deletes and runs nothing',
  'workspaces.updateAutostart': 'runs what its template says',
  'workspaces.updateTtl': 'stops a workspace',
  'workspaces.extend': 'keeps a workspace running',
  'workspaces.updateAutomaticUpdates': 'runs what its template says',
  'workspaces.favorite': 'is a mark',
  'workspaces.unfavorite': 'is a mark',
  'workspaces.reportUsage': 'is a mark',
  'builds.updateState': 'deletes and runs nothing',
  'builds.cancel': 'stops what a build does',
  'agents.patchAppStatus': 'is an agent’s own',
  'processes.signal': 'runs nothing',
  'raw.processResize': 'runs nothing',
  'files.stat': 'reads',
  'files.list': 'reads',
  'files.readLines': 'reads',
  'files.readBytes': 'reads',
  'files.search': 'reads',
  'files.write': 'is a file, not a command',
  'files.edit': 'is a file, not a command',
  'files.move': 'is a file, not a command',
  'files.remove': 'is a file, not a command',
  'files.mkdir': 'is a file, not a command',
  'files.copy': 'is a file, not a command',
  'files.createLink': 'is a file, not a command',
  'oauth2.decideInteraction': 'takes a session',
  'oauth2.decideDevice': 'takes a session',
  'oauth2.revokeGrant': 'ends tokens',
  'oauth2Provider.createApp': 'is about applications',
  'oauth2Provider.updateApp': 'is about applications',
  'oauth2Provider.deleteApp': 'is about applications',
  'oauth2Provider.createSecret': 'is about applications',
  'oauth2Provider.deleteSecret': 'is about applications',
  'oauth2Provider.updateSettings': 'is about applications',
  'approvals.approve': 'takes a session',
  'approvals.deny': 'takes a session',
  'approvals.updatePolicy': 'takes a session',
  'approvals.updateUserPolicy': 'takes a session',
  'deployment.checkAuthorization': 'reads',
  'users.validatePassword': 'reads',
  'users.updateAppearance': 'is a mark',
  'users.updatePreferences': 'is a mark',
  'health.updateSettings': 'is a mark',
  'templateVersions.cancel': 'stops what an import does',
  'templateVersions.evaluate': 'reads',
  'templateVersions.createDryRun': 'makes nothing',
  'templateVersions.cancelDryRun': 'stops what makes nothing',
  'raw.uploadFile': 'has no effect before a version is made of it',
  'raw.uploadWorkspaceFile': 'is a file, not a command',
  'raw.unpackWorkspaceFolder': 'is a file, not a command',
  'raw.writeFileLink': 'is a file, not a command',
  'raw.portProxy': 'is what an app in the workspace does with it',
  'raw.agentTcp': 'is what a program in the workspace does with it',
  'raw.appProxy': 'is what an app in the workspace does with it',
};

describe('every route that does something', () => {
  it('is found by this test', () => {
    expect(acting.length).toBeGreaterThan(60);
    for (const name of [...Object.keys(approved), ...Object.keys(free)]) {
      expect(acting.map(([known]) => known)).toContain(name);
    }
  });

  it.each(acting)('%s is approved as what it does, or free for a reason', (name, meta) => {
    if (free[name] !== undefined) {
      expect(meta.approval).toBeUndefined();
      if (free[name].startsWith('takes a session while')) expect(meta.session).toBe('while-approving');
      return;
    }
    expect(approved, `${name} is in neither table`).toHaveProperty([name]);
    expect(meta.approval?.classes).toEqual(approved[name]);
    // What is held up is in the audit log, and the object is one that the caller's permission is about.
    expect(meta.audit).toBeDefined();
    expect(meta.approval?.permission ?? meta.permission).toMatch(/^(workspace|template):(?!read$)/);
  });

  it('binds of a terminal what it runs and which one it is', () => {
    expect(rawRoutes.terminal.meta.approval.query).toEqual(['command', 'reconnect']);
  });

  it.each(acting.filter(([name]) => name.startsWith('approvals.')))('%s is for a person alone', (_, meta) => {
    expect(meta.session).toBe(true);
  });
});
