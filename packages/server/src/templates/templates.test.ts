import { randomUUID } from 'node:crypto';
import { templateSchema } from '@coder/api';
import { describe, expect, it } from 'vitest';
import { createNotifications } from '../database/index.ts';
import { besideChange } from '../testing/index.ts';
import { simpleManifest, templatesHarness } from './testing/harness.ts';

type Harness = Awaited<ReturnType<typeof templatesHarness>>;

async function published(h: Harness, name: string, settings: object = {}) {
  const version = await h.pushed(simpleManifest());
  return h.templates.create(h.owner, 'default', { name, template_version_id: version.id, ...settings });
}

/** A workspace of a template with one successful start that took so long. */
async function workspaceOf(h: Harness, templateId: string, ownerId: string, seconds: number) {
  const { active_version_id: versionId } = await h.templates.get(h.owner, templateId);
  const at = h.clock.now();
  const [id, jobId, times] = [randomUUID(), randomUUID(), { created_at: at, updated_at: at }];
  const { file_id } = await h.db
    .selectFrom('template_versions')
    .select('file_id')
    .where('id', '=', versionId)
    .executeTakeFirstOrThrow();
  await h.db
    .insertInto('workspaces')
    .values({
      id,
      owner_id: ownerId,
      organization_id: h.organizationId,
      template_id: templateId,
      name: `w${id.slice(0, 8)}`,
      last_used_at: at,
      ...times,
    })
    .execute();
  await h.db
    .insertInto('provisioner_jobs')
    .values({
      id: jobId,
      type: 'workspace_build',
      status: 'succeeded',
      organization_id: h.organizationId,
      initiator_id: ownerId,
      file_id,
      started_at: at,
      completed_at: new Date(at.getTime() + seconds * 1000),
      ...times,
    })
    .execute();
  await h.db
    .insertInto('workspace_builds')
    .values({
      id: randomUUID(),
      workspace_id: id,
      build_number: 1,
      template_version_id: versionId,
      transition: 'start',
      reason: 'initiator',
      initiator_id: ownerId,
      job_id: jobId,
      ...times,
    })
    .execute();
  return id;
}

describe('templates', () => {
  it('take from the manifest what the request leaves out', async () => {
    await using h = await templatesHarness();
    const template = await published(h, 'web', { description: 'Mine', failure_ttl_ms: 60_000 });
    expect(templateSchema.parse(template)).toMatchObject({
      name: 'web',
      display_name: 'Web',
      description: 'Mine',
      icon: '/icon/web.svg',
      abstract: 'A small web.',
      provisioner: 'local',
      default_ttl_ms: 8 * 3_600_000,
      activity_bump_ms: 30 * 60_000,
      failure_ttl_ms: 60_000,
      organization_name: 'coder',
      created_by_name: 'ada',
      active_user_count: 0,
      build_time_stats: { start: { P50: null, P95: null } },
    });
    expect((await h.versions.get(h.owner, template.active_version_id)).template_id).toBe(template.id);
    expect((await h.templates.getByName(h.member, 'coder', 'WEB')).id).toBe(template.id);
    await expect(h.templates.getByName(h.member, 'coder', 'api')).rejects.toMatchObject({
      message: 'There is no template "api" that you can see.',
    });
  });

  it('refuse a name that is taken, a version of another template, and those who may not', async () => {
    await using h = await templatesHarness();
    const template = await published(h, 'web');
    await expect(published(h, 'WEB')).rejects.toMatchObject({
      code: 'CONFLICT',
      validations: [{ field: 'name' }],
    });
    const again = { name: 'api', template_version_id: template.active_version_id };
    await expect(h.templates.create(h.owner, 'default', again)).rejects.toMatchObject({
      validations: [{ field: 'template_version_id', detail: 'belongs to another template already' }],
    });
    await expect(
      h.templates.create(h.owner, 'default', { ...again, template_version_id: randomUUID() }),
    ).rejects.toMatchObject({
      validations: [{ detail: 'names no template version' }],
    });
    await expect(h.templates.create(h.member, 'default', again)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(h.templates.update(h.member, template.id, { description: 'x' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await expect(h.templates.delete(h.member, template.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(h.templates.get(h.stranger, template.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await h.templates.list(h.stranger, {})).toEqual([]);
  });

  it('become one template when one version is used for two at once', async () => {
    await using h = await templatesHarness();
    const { id } = await h.pushed(simpleManifest());
    const both = await Promise.allSettled(
      ['one', 'two'].map((name) => h.templates.create(h.owner, 'default', { name, template_version_id: id })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('change only what is asked for', async () => {
    await using h = await templatesHarness();
    const template = await published(h, 'web');
    const { before, after } = await h.templates.update(h.owner, template.id, {
      name: 'site',
      deprecation_message: 'Use api.',
    });
    expect(before.name).toBe('web');
    expect(after).toMatchObject({
      name: 'site',
      description: 'A web server',
      deprecated: true,
      deprecation_message: 'Use api.',
    });
    await published(h, 'web');
    await expect(h.templates.update(h.owner, template.id, { name: 'web' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('tell those who have a shared port open when ports may be shared otherwise', async () => {
    await using h = await templatesHarness();
    const template = await published(h, 'web');
    expect(template.max_port_share_level).toBe('owner');
    const [shared, other] = [
      await workspaceOf(h, template.id, h.owner.user.id, 1),
      await workspaceOf(h, template.id, h.owner.user.id, 1),
    ];
    await h.db
      .insertInto('workspace_port_shares')
      .values({
        workspace_id: shared,
        agent_name: 'main',
        port: 80,
        share_level: 'public',
        created_at: new Date(),
      })
      .execute();
    const told: string[] = [];
    const last = Promise.withResolvers<void>();
    const notifications = createNotifications({ url: h.database.url, log: h.log });
    await notifications.listen('port_share_changed', {
      notify(id) {
        told.push(id);
        if (id === other) last.resolve();
      },
    });
    const { after } = await h.templates.update(h.owner, template.id, { max_port_share_level: 'public' });
    expect(after.max_port_share_level).toBe('public');
    await h.templates.update(h.owner, template.id, { description: 'x' });
    await h.database.pool.query(`select pg_notify('port_share_changed', $1)`, [other]);
    await last.promise;
    expect(told).toEqual([shared, other]);
    await notifications.close();
  });

  it('activate a sound version of their own only', async () => {
    await using h = await templatesHarness();
    const template = await published(h, 'web');
    const other = await published(h, 'other');
    const next = await h.pushed(simpleManifest('task: { command: claude }'), {
      template_id: template.id,
      name: 'v2',
    });
    expect(await h.templates.activate(h.owner, template.id, next.id)).toEqual({
      template: 'web',
      version: 'v2',
    });
    expect((await h.templates.get(h.owner, template.id)).active_version_id).toBe(next.id);
    const broken = await h.pushed('name: web', { template_id: template.id });
    await expect(h.templates.activate(h.owner, template.id, broken.id)).rejects.toMatchObject({
      validations: [
        { field: 'id', detail: expect.stringContaining('template.yaml:1:1: runtime: is missing') },
      ],
    });
    await expect(h.templates.activate(h.owner, template.id, other.active_version_id)).rejects.toMatchObject({
      validations: [{ field: 'id', detail: 'is not a version of the template "web"' }],
    });
    await expect(h.templates.activate(h.member, template.id, next.id)).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it('do not activate a version that is being archived', async () => {
    await using h = await templatesHarness();
    const template = await published(h, 'web');
    const next = await h.pushed(simpleManifest(), { template_id: template.id });
    const archiving = {
      text: `with held as (select id from templates where id = $1 for update)
        update template_versions v set archived = true from held where v.id = $2`,
      values: [template.id, next.id],
    };
    const refused = besideChange(h.database, archiving, () =>
      h.templates.activate(h.owner, template.id, next.id),
    );
    await expect(refused).rejects.toMatchObject({ validations: [{ field: 'id', detail: 'is archived' }] });
    expect((await h.templates.get(h.owner, template.id)).active_version_id).toBe(template.active_version_id);
  });

  it('keep what somebody else changes at the same time', async () => {
    await using h = await templatesHarness();
    const { id, active_version_id: version } = await published(h, 'web');
    const rename = (table: string, row: string) => ({
      text: `update ${table} set name = 'site' where id = $1`,
      values: [row],
    });
    const change = await besideChange(h.database, rename('templates', id), () =>
      h.templates.update(h.owner, id, { description: 'New' }),
    );
    expect(change).toMatchObject({ before: { name: 'site' }, after: { name: 'site', description: 'New' } });
    const told = await besideChange(h.database, rename('template_versions', version), () =>
      h.versions.update(h.owner, version, { message: 'Why' }),
    );
    expect(told).toMatchObject({ before: { name: 'site' }, after: { name: 'site', message: 'Why' } });
  });

  it('cannot be deleted while they have workspaces; afterwards their name is free', async () => {
    await using h = await templatesHarness();
    const template = await published(h, 'web');
    const workspace = await workspaceOf(h, template.id, h.member.user.id, 1);
    await expect(h.templates.delete(h.owner, template.id)).rejects.toMatchObject({
      code: 'CONFLICT',
      status: 400,
      message: 'The template "web" has 1 workspace.',
      detail: 'Delete it first, then the template.',
    });
    await h.db.updateTable('workspaces').set({ deleted: true }).where('id', '=', workspace).execute();
    expect(await h.templates.delete(h.owner, template.id)).toBe('web');
    await expect(h.templates.get(h.owner, template.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await published(h, 'web');
  });

  it('tell how many use them and how long their builds take', async () => {
    await using h = await templatesHarness();
    const template = await published(h, 'web');
    for (const seconds of [1, 2, 3]) await workspaceOf(h, template.id, h.member.user.id, seconds);
    await workspaceOf(h, template.id, h.owner.user.id, 4);
    expect(await h.templates.get(h.member, template.id)).toMatchObject({
      active_user_count: 2,
      build_time_stats: { start: { P50: 2500, P95: 3850 }, stop: { P50: null, P95: null } },
    });
    const narrow = { ...h.member, key: { ...h.member.key, allowList: [`workspace:${randomUUID()}`] } };
    expect(await h.templates.get(narrow, template.id)).toMatchObject({ active_user_count: 0 });
    expect(await h.templates.list(narrow, {})).toMatchObject([{ active_user_count: 0 }]);
  });

  it('are filtered by upstream’s syntax', async () => {
    await using h = await templatesHarness();
    const web = await published(h, 'web', { display_name: 'Web Site' });
    await published(h, 'api', { display_name: 'The API', description: '100% typed' });
    const old = await published(h, 'old', { display_name: 'Old' });
    await h.templates.update(h.owner, old.id, { deprecation_message: 'Gone.' });
    const ai = await h.pushed(simpleManifest('task: { command: claude }'));
    await h.templates.create(h.owner, 'default', {
      name: 'ai',
      template_version_id: ai.id,
      description: 'Agents',
    });
    const gone = await published(h, 'gone');
    await h.templates.delete(h.owner, gone.id);
    const found = async (q: string, deprecated?: boolean) =>
      (await h.templates.list(h.owner, { q, deprecated })).map(({ name }) => name).join(' ');

    expect(await found('')).toBe('ai api old web');
    expect(await found('a')).toBe('ai api old web');
    expect(await found('site')).toBe('web');
    expect(await found('"web site"')).toBe('web');
    expect(await found('100%')).toBe('api');
    expect(await found('search:agents')).toBe('ai');
    expect(await found('name:A')).toBe('ai api');
    expect(await found('exact_name:api')).toBe('api');
    expect(await found('exact_name:ap')).toBe('');
    expect(await found('display_name:"e a"')).toBe('api');
    expect(await found('exact_display_name:old')).toBe('old');
    expect(await found('deprecated:true')).toBe('old');
    expect(await found('deprecated:false')).toBe('ai api web');
    expect(await found('', true)).toBe('old');
    expect(await found('deleted:true')).toBe('gone');
    expect(await found(`ids:${web.id},${old.id}`)).toBe('old web');
    expect(await found('has-ai-task:true')).toBe('ai');
    expect(await found('has_external_agent:true')).toBe('');
    expect(await found('author:me name:web')).toBe('web');
    expect(await found('author:mia')).toBe('');
    expect(await found(`author_id:${h.owner.user.id} organization:coder`)).toBe('ai api old web');
    expect(await found('organization:other')).toBe('');
    expect((await h.templates.list(h.member, {}, 'coder')).length).toBe(4);

    const page = async (given: { limit?: number; offset?: number; after_id?: string }) =>
      (await h.templates.list(h.member, given, 'coder')).map(({ name }) => name).join(' ');
    expect(await page({ limit: 2 })).toBe('ai api');
    expect(await page({ limit: 2, offset: 3 })).toBe('web');
    expect(await page({ after_id: old.id })).toBe('web');

    for (const q of [
      'nam:web',
      'name:',
      'ids:web',
      'author_id:me',
      'deprecated:maybe',
      'name:"web',
      '__proto__:x',
    ]) {
      await expect(found(q)).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        validations: [{ field: 'q' }],
      });
    }
    await expect(found('nam:web')).rejects.toMatchObject({
      validations: [{ detail: '"nam" is not a key to filter by. Did you mean "name"?' }],
    });
  });

  it('show a token with an allow list only what is on it', async () => {
    await using h = await templatesHarness();
    const web = await published(h, 'web');
    await published(h, 'api');
    const narrow = { ...h.owner, key: { ...h.owner.key, allowList: [`template:${web.id}`] } };
    expect((await h.templates.list(narrow, {})).map(({ name }) => name)).toEqual(['web']);
  });
});
