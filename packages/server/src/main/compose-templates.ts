import { fileURLToPath } from 'node:url';
import { followLogs, waitForLogs } from '../jobs/index.ts';
import {
  createFiles,
  createStarterTemplates,
  createTemplates,
  createTemplateVersions,
  IMPORT_TASK,
  type ImportTask,
  importTemplateVersion,
  type TemplatesDeps,
} from '../templates/index.ts';
import type { Jobs } from './compose-jobs.ts';
import type { Ground } from './ground.ts';

const STARTERS = fileURLToPath(new URL('../../../../templates', import.meta.url));

type Needs = Pick<TemplatesDeps, 'organizations' | 'checkRuntime'> & { readonly jobs: Jobs };

/** Templates with their archives and versions, whose imports run in the queue. */
export function composeTemplates(
  { database: { db }, clock, log }: Ground,
  { organizations, checkRuntime, jobs: { queue, changes } }: Needs,
) {
  const deps: TemplatesDeps = {
    db,
    clock,
    log,
    organizations,
    starters: createStarterTemplates({ directory: STARTERS }),
    checkRuntime,
    jobs: {
      enqueueImport: (jobId, trx) =>
        queue.enqueue(IMPORT_TASK, { job_id: jobId } satisfies ImportTask, { jobKey: jobId, db: trx }),
      readLogs: (jobId, input, signal) => waitForLogs({ db, changes }, jobId, input, signal),
      followLogs: (jobId, after, signal) => followLogs({ db, changes }, jobId, after, signal),
    },
  };
  queue.handle(IMPORT_TASK, (payload) => importTemplateVersion(deps, (payload as ImportTask).job_id));
  const files = createFiles({ db, clock });
  return { files, templates: createTemplates(deps), versions: createTemplateVersions({ ...deps, files }) };
}
