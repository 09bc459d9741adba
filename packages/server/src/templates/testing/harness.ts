import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Actor } from '../../authorization/index.ts';
import { createNotifications } from '../../database/index.ts';
import { createOrganizations } from '../../organizations/index.ts';
import { createNoopLogger, testClock, testDatabase } from '../../testing/index.ts';
import { createChanges, followLogs, waitForLogs } from '../../workspaces/index.ts';
import { packTar } from '../archive/pack-tar.ts';
import { createDryRuns } from '../dry-runs.ts';
import { createFiles } from '../files.ts';
import { importTemplateVersion } from '../import-version.ts';
import { createTemplatePlans } from '../plans.ts';
import { createStarterTemplates } from '../starters.ts';
import { createTemplates } from '../templates.ts';
import { createTemplateUpkeep } from '../upkeep.ts';
import { createTemplateVersions } from '../versions.ts';

const startersDirectory = fileURLToPath(new URL('../../../../../templates', import.meta.url));

/** The services on a database of their own, with an owner, a member of the organization and a stranger to it. */
export async function templatesHarness() {
  const database = await testDatabase();
  const { db } = database;
  const clock = testClock();
  const log = createNoopLogger();
  const notifications = createNotifications({ url: database.url, log });
  const changes = createChanges(notifications);
  const queued: string[] = [];
  let runtimeProblem: string | undefined;

  const at = clock.now();
  const times = { created_at: at, updated_at: at };
  const organizationId = randomUUID();
  await db
    .insertInto('organizations')
    .values({ id: organizationId, name: 'coder', display_name: 'Coder', is_default: true, ...times })
    .execute();

  async function actor(username: string, roles: string[], belongs = true): Promise<Actor> {
    const id = randomUUID();
    await db
      .insertInto('users')
      .values({
        id,
        username,
        email: `${username}@example.com`,
        status: 'active',
        login_type: 'password',
        last_seen_at: at,
        ...times,
      })
      .execute();
    return {
      user: { id, username, email: `${username}@example.com`, roles },
      organizations: new Map(belongs ? [[organizationId, []]] : []),
      key: { id: 'k', loginType: 'password', scopes: ['all'], permissions: 'all', allowList: ['*:*'] },
    };
  }

  const deps = {
    db,
    clock,
    log,
    organizations: createOrganizations({ db }),
    starters: createStarterTemplates({ directory: startersDirectory }),
    checkRuntime: async () => {
      if (runtimeProblem !== undefined) throw new Error(runtimeProblem);
    },
    jobs: {
      enqueueImport: async (jobId: string) => void queued.push(jobId),
      readLogs: (jobId: string, input: object, signal?: AbortSignal) =>
        waitForLogs({ db, changes }, jobId, input, signal),
      followLogs: (jobId: string, after: number, signal: AbortSignal) =>
        followLogs({ db, changes }, jobId, after, signal),
    },
  };
  const files = createFiles(deps);
  const versions = createTemplateVersions({ ...deps, files });
  const templates = createTemplates(deps);
  const plans = createTemplatePlans(deps);
  const upkeep = createTemplateUpkeep(deps);
  const dryRuns = createDryRuns({
    ...deps,
    provisioners: async () => ({ count: 1, available: 1, most_recently_seen: clock.now().toISOString() }),
  });
  const owner = await actor('ada', ['owner']);

  async function upload(content: Record<string, string>, by = owner): Promise<string> {
    const data = await packTar(Object.entries(content).map(([path, text]) => ({ path, content: text })));
    return (await files.upload(by, data, 'application/x-tar')).id;
  }
  /** Runs every import that waits. */
  async function importAll(): Promise<void> {
    for (const jobId of queued.splice(0)) await importTemplateVersion(deps, jobId);
  }
  /** A version of this manifest, its import done. */
  async function pushed(manifest: string, request: { template_id?: string; name?: string } = {}) {
    const file_id = await upload({ 'template.yaml': manifest, 'README.md': '# Web\n\nA *small* web.\n' });
    const { id } = await versions.create(owner, 'default', { file_id, ...request });
    await importAll();
    return versions.get(owner, id);
  }

  return {
    ...deps,
    database,
    files,
    versions,
    templates,
    plans,
    upkeep,
    dryRuns,
    organizationId,
    owner,
    member: await actor('mia', []),
    stranger: await actor('zoe', [], false),
    queued,
    upload,
    importAll,
    pushed,
    breakRuntime: (problem: string) => {
      runtimeProblem = problem;
    },
    async [Symbol.asyncDispose]() {
      await notifications.close();
      await database.close();
    },
  };
}

/** A manifest whose name and description can be chosen. */
export const simpleManifest = (extra = ''): string => `name: web
display_name: Web
description: A web server
icon: /icon/web.svg
parameters:
  - { name: cpus, type: number, default: 2, mutable: true, description: "How **many** cores", validation: { min: 1, max: 4 } }
  - { name: project }
presets:
  - { name: Small, default: true, description: One core, parameters: { cpus: 1 } }
runtime:
  local: { cpus: "\${{ parameters.cpus }}", memory: 1GiB }
schedule: { default_ttl: 8h, activity_bump: 30m }
${extra}`;
