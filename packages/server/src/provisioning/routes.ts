import type { Organization } from '@coder/api';
import { type Actor, authorize } from '../authorization/index.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';
import { api } from '../http/index.ts';
import { loadDaemons } from './daemons.ts';
import { getJob, listJobs } from './jobs.ts';

export type ProvisioningDeps = {
  db: Db;
  clock: Clock;
  /** What workspaces can run on here. */
  runtimes: readonly string[];
  organizations: { get(actor: Actor, ref: string): Promise<Pick<Organization, 'id'>> };
};

/** The routes about what runs builds and imports, and about those as jobs. */
export const provisionerRoutes = (deps: ProvisioningDeps) => ({
  daemons: api.provisioners.daemons.handler(async ({ input: { organization, ...query }, context }) => {
    const { id } = await deps.organizations.get(context.actor!, organization);
    authorize(context.actor!, 'read', { type: 'provisioner_daemon', organizationId: id });
    return loadDaemons(deps, id, query);
  }),
  jobs: api.provisioners.jobs.handler(async ({ input: { organization, ...query }, context }) => {
    const { id } = await deps.organizations.get(context.actor!, organization);
    return listJobs(deps, context.actor!, id, query);
  }),
  job: api.provisioners.job.handler(async ({ input: { organization, job }, context }) => {
    const { id } = await deps.organizations.get(context.actor!, organization);
    return getJob(deps, context.actor!, id, job);
  }),
});
