import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import type { Actor } from '../../authorization/index.ts';
import { createOrganizations, ensureDefaultOrganization } from '../../organizations/index.ts';
import {
  createFiles,
  createStarterTemplates,
  createTemplates,
  createTemplateVersions,
  importTemplateVersion,
  type TemplatesDeps,
} from '../../templates/index.ts';
import { createNoopLogger, testClock, testDatabase } from '../../testing/index.ts';

export const manifest = `name: web
runtime:
  local: {}
agent:
  startup_script: echo ready
`;

/** The services of templates on a database of their own; imports are run when they are asked for. */
export async function templatesWorld() {
  const database = await testDatabase();
  const { db } = database;
  const clock = testClock();
  await db.transaction().execute((trx) => ensureDefaultOrganization(trx, clock.now()));
  const queued: string[] = [];
  const organizations = createOrganizations({ db });
  const unread = (): never => {
    throw new Error('no log is read here');
  };
  const deps: TemplatesDeps = {
    db,
    clock,
    log: createNoopLogger(),
    organizations,
    starters: createStarterTemplates({ directory: '/nonexistent' }),
    checkRuntime: async () => {},
    jobs: {
      enqueueImport: async (jobId: string) => void queued.push(jobId),
      readLogs: unread,
      followLogs: unread,
    },
  };
  const files = createFiles(deps);
  const versions = createTemplateVersions({ ...deps, files });

  async function upload(actor: Actor, content: string): Promise<string> {
    const archive = pack();
    archive.entry({ name: 'README.md' }, '# Web\n');
    archive.entry({ name: 'template.yaml' }, content);
    archive.finalize();
    return (await files.upload(actor, await buffer(archive), 'application/x-tar')).id;
  }
  return {
    db,
    clock,
    organizations,
    database,
    files,
    versions,
    templates: createTemplates(deps),
    upload,
    /** A version of this manifest, its import done. */
    async pushed(actor: Actor, content: string, request: { template_id?: string; name?: string } = {}) {
      const file_id = await upload(actor, content);
      const { id } = await versions.create(actor, 'default', { file_id, ...request });
      for (const jobId of queued.splice(0)) await importTemplateVersion(deps, jobId);
      return versions.get(actor, id);
    },
    [Symbol.asyncDispose]: () => database.close(),
  };
}
