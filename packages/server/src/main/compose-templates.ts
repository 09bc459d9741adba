import { fileURLToPath } from 'node:url';
import type { RawRoutes } from '../http/index.ts';
import { followLogs, waitForLogs } from '../jobs/index.ts';
import { matchDaemons } from '../provisioning/index.ts';
import {
  createDryRuns,
  createFiles,
  createStarterTemplates,
  createTemplatePlans,
  createTemplates,
  createTemplateUpkeep,
  createTemplateVersions,
  IMPORT_TASK,
  type ImportTask,
  importTemplateVersion,
  serveTemplateStreams,
  type TemplatesDeps,
  templatePlanRoutes,
  templateRoutes,
  templateUpkeepRoutes,
  templateVersionRoutes,
  versionUpkeepRoutes,
} from '../templates/index.ts';
import type { Jobs } from './compose-jobs.ts';
import type { Ground } from './ground.ts';

const STARTERS = fileURLToPath(new URL('../../../../templates', import.meta.url));

type Needs = Pick<TemplatesDeps, 'organizations' | 'checkRuntime'> & {
  readonly jobs: Jobs;
  readonly runtimes: readonly string[];
};

/** Templates with their archives and versions, whose imports run in the queue. */
export function composeTemplates(
  { database: { db }, clock, log }: Ground,
  { organizations, checkRuntime, runtimes, jobs: { queue, changes } }: Needs,
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
  const [templates, versions] = [createTemplates(deps), createTemplateVersions({ ...deps, files })];
  const plans = createTemplatePlans(deps);
  const upkeep = createTemplateUpkeep(deps);
  const dryRuns = createDryRuns({
    ...deps,
    provisioners: (organizationId) => matchDaemons({ db, clock, runtimes }, organizationId),
  });
  return {
    files,
    routes: {
      templates: { ...templateRoutes({ templates, versions }), ...templateUpkeepRoutes({ upkeep }) },
      templateVersions: {
        ...templateVersionRoutes({ versions }),
        ...versionUpkeepRoutes({ upkeep }),
        ...templatePlanRoutes({ plans, dryRuns }),
      },
    },
    mount: (rawRoutes: RawRoutes) => serveTemplateStreams(rawRoutes, { files, versions, plans }),
  };
}
