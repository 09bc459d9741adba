import { workspaceResourceSchema } from '@coder/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure } from '../testing/index.ts';
import { simpleManifest, templatesHarness } from './testing/harness.ts';

let h: Awaited<ReturnType<typeof templatesHarness>>;
let version: string;
beforeAll(async () => {
  h = await templatesHarness();
  const apps =
    'apps:\n  - { slug: web, url: "http://localhost:8080", healthcheck: { url: "http://localhost:8080/up" } }\n';
  const made = await h.pushed(simpleManifest(apps));
  version = made.id;
  await h.templates.create(h.owner, 'default', { name: 'web', template_version_id: version });
});
afterAll(() => h[Symbol.asyncDispose]());

const given = (values: Record<string, string>) => ({
  rich_parameter_values: Object.entries(values).map(([name, value]) => ({ name, value })),
});

describe('a dry run', () => {
  it('tells what a workspace would be, and makes none', async () => {
    const job = await h.dryRuns.create(h.member, version, {
      workspace_name: 'mine',
      ...given({ cpus: '4', project: 'shop' }),
    });
    expect(job).toMatchObject({
      status: 'succeeded',
      type: 'template_version_dry_run',
      initiator_id: h.member.user.id,
      input: { template_version_id: version },
    });
    const resources = await h.dryRuns.resources(h.member, version, job.id);
    for (const resource of resources) workspaceResourceSchema.parse(resource);
    expect(resources).toMatchObject([
      {
        job_id: job.id,
        type: 'local',
        name: 'mine',
        workspace_transition: 'start',
        metadata: [
          { key: 'cpu_cores', value: '4' },
          { key: 'memory_bytes', value: String(2 ** 30) },
        ],
        agents: [
          {
            name: 'main',
            status: 'connecting',
            environment_variables: { CODER_PARAMETER_PROJECT: 'shop', CODER_WORKSPACE_NAME: 'mine' },
            apps: [{ slug: 'web', health: 'initializing' }],
          },
        ],
      },
    ]);
    // Asked again it is the same, ids and all.
    expect(await h.dryRuns.resources(h.member, version, job.id)).toEqual(resources);
    const lines = await h.dryRuns.logs(h.member, version, job.id, {});
    expect(lines.map(({ output }) => output).join('\n')).toMatch(/valid.*\n.*local "mine" with 1 agent/);
    expect(await h.dryRuns.provisioners(h.member, version, job.id)).toMatchObject({ count: 1 });
    expect(await h.dryRuns.get(h.member, version, job.id)).toEqual(job);
    expect((await failure(h.dryRuns.cancel(h.member, version, job.id))).code).toBe('CONFLICT');
    expect(await h.db.selectFrom('workspaces').select('id').execute()).toEqual([]);
  });

  it('refuses what a create would refuse, every wrong value at once, and leaves nothing', async () => {
    const before = await h.db.selectFrom('provisioner_jobs').select('id').execute();
    const wrong = await failure(h.dryRuns.create(h.member, version, given({ cpus: '9', colour: 'red' })));
    expect(wrong).toMatchObject({
      code: 'VALIDATION_FAILED',
      validations: expect.arrayContaining([
        expect.objectContaining({ field: 'rich_parameter_values.cpus' }),
        expect.objectContaining({ field: 'rich_parameter_values.colour' }),
        expect.objectContaining({ field: 'rich_parameter_values.project', detail: 'is required' }),
      ]),
    });
    const variables = { user_variable_values: [{ name: 'a', value: 'b' }] };
    expect(
      (await failure(h.dryRuns.create(h.member, version, { ...variables, ...given({ project: 'x' }) })))
        .validations,
    ).toMatchObject([{ field: 'user_variable_values' }]);
    expect(await h.db.selectFrom('provisioner_jobs').select('id').execute()).toEqual(before);
  });

  it('is its caller’s, and of who looks after the template', async () => {
    const job = await h.dryRuns.create(h.member, version, given({ project: 'x' }));
    expect(await h.dryRuns.get(h.owner, version, job.id)).toMatchObject({ id: job.id });
    const theirs = await h.dryRuns.create(h.owner, version, given({ project: 'x' }));
    for (const call of [h.dryRuns.get, h.dryRuns.resources, h.dryRuns.provisioners, h.dryRuns.cancel]) {
      expect((await failure(call(h.member, version, theirs.id))).code).toBe('NOT_FOUND');
      expect((await failure(call(h.stranger, version, job.id))).code).toBe('NOT_FOUND');
    }
    expect((await failure(h.dryRuns.create(h.stranger, version, {}))).code).toBe('NOT_FOUND');
    // A job of another kind is no dry run.
    const [importJob] = await h.db
      .selectFrom('provisioner_jobs')
      .select('id')
      .where('type', '=', 'template_version_import')
      .execute();
    expect((await failure(h.dryRuns.get(h.owner, version, importJob?.id ?? ''))).code).toBe('NOT_FOUND');
  });

  it('is not made of a version whose organization is deleted', async () => {
    const of = (deleted: boolean) =>
      h.db.updateTable('organizations').set({ deleted }).where('id', '=', h.organizationId).execute();
    await of(true);
    expect((await failure(h.dryRuns.create(h.owner, version, given({ project: 'x' })))).code).toBe(
      'NOT_FOUND',
    );
    await of(false);
  });

  it('is forgotten after a day', async () => {
    const job = await h.dryRuns.create(h.member, version, given({ project: 'x' }));
    h.clock.advance(24 * 60 * 60_000 + 1);
    await h.dryRuns.create(h.member, version, given({ project: 'x' }));
    expect((await failure(h.dryRuns.get(h.member, version, job.id))).code).toBe('NOT_FOUND');
  });
});

describe('a version', () => {
  it('has no variables and no sign-ins, which only who may see it is told', async () => {
    expect(await h.plans.nothing(h.member, version)).toEqual([]);
    expect((await failure(h.plans.nothing(h.stranger, version))).code).toBe('NOT_FOUND');
  });

  it('tells what a start makes by default, or why that cannot be told', async () => {
    const open = await failure(h.plans.resources(h.member, version));
    expect(open).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('"project"') });
    const { id } = await h.pushed('name: plain\nruntime: { local: { memory: 2GiB } }\n');
    expect(await h.plans.resources(h.owner, id)).toMatchObject([
      { name: 'plain', metadata: [{ key: 'memory_bytes', value: String(2 ** 31) }] },
    ]);
  });

  it('evaluates a form and answers to its question', async () => {
    const answer = await h.plans.evaluate(h.member, version, { id: 7, inputs: { cpus: '3' } });
    expect(answer.id).toBe(7);
    expect(answer.parameters.map(({ name, value }) => [name, value.value])).toEqual([
      ['cpus', '3'],
      ['project', ''],
    ]);
  });

  it('that this machine cannot run fails the dry run with the reason', async () => {
    h.breakRuntime('bubblewrap is missing.');
    const job = await h.dryRuns.create(h.member, version, given({ project: 'x' }));
    expect(job).toMatchObject({
      status: 'failed',
      error: 'This server cannot run the local runtime: bubblewrap is missing.',
    });
  });
});
