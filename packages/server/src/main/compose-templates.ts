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
  forgetUnusedFiles,
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

const FORGET_FILES_EVERY_MS = 60 * 60_000;

type Needs = Pick<TemplatesDeps, 'organizations' | 'checkRuntime'> & {
  readonly jobs: Jobs;
  readonly runtimes: readonly string[];
};

/** Templates with their archives and versions, whose imports run in the queue; archives of no version are forgotten. */
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
  const forgetFiles = () =>
    forgetUnusedFiles(db, clock.now()).catch((err: unknown) =>
      log.warn({ err }, 'archives that no version is made of could not be deleted'),
    );
  const timer = setInterval(() => void forgetFiles(), FORGET_FILES_EVERY_MS).unref();
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
    close: () => clearInterval(timer),
    mount: (rawRoutes: RawRoutes) => serveTemplateStreams(rawRoutes, { files, versions, plans }),
  };
}
