import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deploymentRoutes, readDeploymentId } from '../deployment/index.ts';
import { type TestDatabase, testApi, testDatabase, testUser } from '../testing/index.ts';
import { createAuditLogReader } from './audit-log.ts';
import { entry, outcome } from './testing/rows.ts';

describe('the audit log', () => {
  async function filled(database: TestDatabase) {
    const auditLog = createAuditLogReader({ db: database.db });
    const deploymentId = await readDeploymentId(database.db);
    const server = await testApi({
      database,
      router: () => ({
        deployment: deploymentRoutes({
          auditLog,
          experiments: ['oauth2'],
          safeExperiments: [],
          version: 'v1',
          accessUrl: 'http://coder.test',
          deploymentId,
          appHost: '',
        }),
      }),
    });
    const trail = server.audit;
    const started = entry({ time: new Date('2026-01-04T10:00:00Z'), requestId: 'r4', action: 'start' });
    await trail.intend(started);
    trail.settle(started, outcome({ statusCode: 200, additionalFields: { build_reason: 'autostart' } }));
    trail.record(entry(), outcome());
    trail.record(
      entry({
        time: new Date('2026-01-03T23:59:00Z'),
        username: 'Bob',
        resourceType: 'template',
        action: 'delete',
      }),
      outcome({
        // A resource that is none of ours need not have a UUID.
        resourceId: '-'.repeat(36),
        resourceTarget: 'node',
        statusCode: 403,
        diff: { name: { old: 'a', new: 'b', secret: false } },
      }),
    );
    await trail.intend(entry({ time: new Date('2026-01-05T10:00:00Z'), action: 'stop', requestId: 'r5' }));
    await trail.flush();
    return server;
  }

  it('is searched with the keys of upstream', async () => {
    await using database = await testDatabase();
    await using server = await filled(database);
    const auditor = server.client((await testUser(database.db, { roles: ['auditor'] })).token);
    const targets = async (q?: string) =>
      (await auditor.deployment.audit({ q })).audit_logs.map(({ action }) => action);
    expect(await targets()).toEqual(['stop', 'start', 'delete', 'create']);
    expect(await targets('template')).toEqual(['delete']);
    expect(await targets('resource_type:workspace action:create')).toEqual(['create']);
    expect(await targets('username:BOB')).toEqual(['delete']);
    expect(await targets('resource_target:node email:ada@example.com')).toEqual(['delete']);
    expect(await targets('date_from:2026-01-03 date_to:2026-01-03')).toEqual(['delete']);
    expect(await targets('date_from:2026-01-03T23:00:00Z date_to:2026-01-04T10:00:00Z')).toEqual(['delete']);
    expect(await targets('build_reason:autostart')).toEqual(['start']);
    expect(await targets('request_id:r4')).toEqual(['start']);
    // None of them is about something that belongs to an organization.
    expect(await targets('organization:coder')).toEqual([]);
    const page = await auditor.deployment.audit({ limit: 1, offset: 2 });
    expect(page).toMatchObject({
      count: 4,
      audit_logs: [
        {
          status_code: 403,
          description: 'Bob tried: delete template node',
          diff: { name: { old: 'a', new: 'b', secret: false } },
          additional_fields: { api_key_id: 'key', duration_ms: 12, route: 'POST /users/{user}/workspaces' },
        },
      ],
    });
    for (const [q, detail] of [
      ['action:delte', 'Did you mean "delete"?'],
      ['resource_type:workspaces', 'Did you mean "workspace"?'],
      ['bogus', 'resource_type: "bogus" is not one of mcp_tool, workspace,'],
      ['build_reason:auto-start', 'Did you mean "autostart"?'],
    ]) {
      await expect(auditor.deployment.audit({ q })).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        validations: [{ field: 'q', detail: expect.stringContaining(detail ?? '') }],
      });
    }
    for (const q of ['colour:red', 'date_from:yesterday', 'organization:acme']) {
      await expect(auditor.deployment.audit({ q })).rejects.toMatchObject({
        status: 400,
        code: 'VALIDATION_FAILED',
      });
    }
  });

  it('shows those who read that of an organization what is about it, and nothing else', async () => {
    await using database = await testDatabase();
    await using server = await filled(database);
    const { db } = database;
    const auditor = await testUser(db, { organizationRoles: ['organization-auditor'] });
    const now = new Date();
    const elsewhere = randomUUID();
    await db
      .insertInto('organizations')
      .values({ id: elsewhere, name: 'elsewhere', display_name: '', created_at: now, updated_at: now })
      .execute();
    const { audit: trail } = server;
    const note = async (organizationId: string, name: string) => {
      const id = randomUUID();
      const times = { created_at: now, updated_at: now };
      await db
        .insertInto('templates')
        .values({
          id,
          organization_id: organizationId,
          name,
          active_version_id: id,
          created_by: auditor.user.id,
          ...times,
        })
        .execute();
      trail.record(
        entry({ resourceType: 'template', requestId: name }),
        outcome({ resourceId: id, resourceTarget: name }),
      );
    };
    await note(auditor.organizationId, 'here');
    await note(elsewhere, 'there');
    trail.record(
      entry({ resourceType: 'organization_member', requestId: 'member' }),
      outcome({
        resourceId: auditor.user.id,
        resourceTarget: 'member',
        additionalFields: { organization_id: auditor.organizationId },
      }),
    );
    await trail.flush();
    const seen = async (token: string, q?: string) => {
      const { audit_logs: rows, count } = await server.client(token).deployment.audit({ q });
      expect(count).toBe(rows.length);
      return rows.map(({ resource_target: target }) => target).toSorted();
    };
    expect(await seen(auditor.token)).toEqual(['here', 'member']);
    expect(await seen(auditor.token, 'template')).toEqual(['here']);
    expect(await seen(auditor.token, 'organization:elsewhere')).toEqual([]);
    const { token } = await testUser(db, { roles: ['auditor'] });
    expect(await seen(token, 'organization:default')).toEqual(['here', 'member']);
    expect(await seen(token, `organization:${elsewhere}`)).toEqual(['there']);
    const member = await testUser(db);
    await expect(server.client(member.token).deployment.audit({})).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    const narrow = await testUser(db, {
      organizationRoles: ['organization-auditor'],
      allowList: [`workspace:${elsewhere}`],
    });
    await expect(server.client(narrow.token).deployment.audit({})).rejects.toMatchObject({
      status: 403,
    });
  });

  it('is searched by application, token, tool and workspace', async () => {
    await using database = await testDatabase();
    await using server = await filled(database);
    const auditor = server.client((await testUser(database.db, { roles: ['auditor'] })).token);
    const { audit: trail } = server;
    const claude = { application: 'Claude Code', application_id: 'https://claude.ai/x' };
    const call = (workspace: string, tool: string, additionalFields: Record<string, string>) =>
      trail.record(
        entry({ resourceType: 'mcp_tool', action: 'execute', requestId: tool, additionalFields }),
        outcome({ resourceTarget: workspace, statusCode: 200, additionalFields: { tool } }),
      );
    call('web', 'short', claude);
    call('ada/web.main', 'long', { token: 'ci' });
    call('bob/web', 'other', { token: 'ci' });
    call('webs', 'not', {});
    const agent = entry({ resourceType: 'workspace_agent', requestId: 'inside', additionalFields: claude });
    await trail.intend(agent);
    trail.settle(agent, outcome({ resourceTarget: 'ada/web.main' }));
    trail.record(
      entry({
        resourceType: 'approval',
        requestId: 'approval',
        description: 'POST /approvals/{approval}/deny',
      }),
      outcome({ resourceTarget: 'ada: ada/web' }),
    );
    trail.record(entry({ resourceType: 'template', requestId: 'template' }), outcome());
    await trail.flush();
    const found = async (q: string) =>
      (await auditor.deployment.audit({ q })).audit_logs
        .map(({ request_id: id }) => id)
        .filter((id) => !/^r\d/.test(id))
        .sort();
    expect(await found('application:"claude code"')).toEqual(['inside', 'short']);
    expect(await found('application:https://claude.ai/x tool:short')).toEqual(['short']);
    expect(await found('token:ci')).toEqual(['long', 'other']);
    expect(await found('tool:long')).toEqual(['long']);
    expect(await found('workspace:web')).toEqual(['approval', 'inside', 'long', 'other', 'short']);
    expect(await found('workspace:Ada/Web')).toEqual(['approval', 'inside', 'long', 'short']);
    expect(await found('workspace:bob/web')).toEqual(['other']);
    const [short] = (await auditor.deployment.audit({ q: 'tool:short' })).audit_logs;
    expect(short?.description).toBe('ada called short on web');
    const [denied] = (await auditor.deployment.audit({ q: 'request_id:approval' })).audit_logs;
    expect(denied?.description).toBe('ada denied for ada: ada/web');
    expect(short?.additional_fields).toMatchObject({ ...claude, tool: 'short' });
  });

  it('shows everybody what was done in their own name, and nobody else', async () => {
    await using database = await testDatabase();
    await using server = await filled(database);
    const { audit: trail } = server;
    const [ada, bob, owner] = await Promise.all([
      testUser(database.db),
      testUser(database.db),
      testUser(database.db, { roles: ['owner'] }),
    ]);
    for (const { user } of [ada, bob]) {
      trail.record(entry({ userId: user.id, username: user.username, requestId: user.username }), outcome());
    }
    await trail.flush();
    const activity = async (token: string, user: string, q?: string) =>
      (await server.client(token).deployment.activity({ user, q })).audit_logs.map((log) => log.request_id);
    const own = ada.user.username;
    expect(await activity(ada.token, 'me')).toEqual([own]);
    expect(await activity(ada.token, ada.user.id)).toEqual([own]);
    expect(await activity(ada.token, own.toUpperCase())).toEqual([own]);
    expect(await activity(ada.token, 'me', `username:${bob.user.username}`)).toEqual([]);
    expect(await activity(owner.token, own)).toEqual([own]);
    for (const user of [bob.user.username, bob.user.id, 'nobody']) {
      await expect(activity(ada.token, user)).rejects.toMatchObject({ status: 404 });
    }
  });

  it('is read on after an entry, whatever has been written meanwhile', async () => {
    await using database = await testDatabase();
    await using server = await filled(database);
    const auditor = server.client((await testUser(database.db, { roles: ['auditor'] })).token);
    const trail = server.audit;
    for (let i = 0; i < 5; i++) trail.record(entry({ requestId: 'same' }), outcome());
    await trail.flush();
    const q = 'request_id:same';
    const all = (await auditor.deployment.audit({ q })).audit_logs.map(({ id }) => id);
    const first = await auditor.deployment.audit({ q, limit: 2 });
    trail.record(entry({ requestId: 'same', time: new Date('2026-01-09T10:00:00Z') }), outcome());
    await trail.flush();
    const rest = await auditor.deployment.audit({ q, after_id: first.audit_logs.at(-1)?.id });
    expect([...first.audit_logs, ...rest.audit_logs].map(({ id }) => id)).toEqual(all);
    expect(rest.count).toBe(6);
    await expect(auditor.deployment.audit({ after_id: randomUUID() })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      validations: [{ field: 'after_id' }],
    });
  });

  it('is for auditors and owners', async () => {
    await using database = await testDatabase();
    await using server = await filled(database);
    const member = server.client((await testUser(database.db)).token);
    await expect(member.deployment.audit({})).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('"auditor"'),
    });
  });

  it('has neighbours that anybody may read', async () => {
    await using database = await testDatabase();
    await using server = await filled(database);
    const anybody = server.client();
    const info = await anybody.deployment.buildInfo();
    expect(info.deployment_id).toBe(await readDeploymentId(database.db));
    expect((await anybody.deployment.scopes()).external).toContain('workspace:read');
    await expect(anybody.deployment.experiments()).rejects.toMatchObject({ status: 401 });
  });
});
