import * as z from 'zod';
import { route } from '../route.ts';
import { organizationRef, paging, queryBoolean, queryList, userRef, uuid } from '../schemas/common.ts';
import { jobStatuses } from '../schemas/jobs.ts';
import { daemonStatuses, listedJobSchema, provisionerDaemonSchema } from '../schemas/provisioners.ts';

const tags = ['Provisioning'];
const organization = z.object({ organization: organizationRef });

export const provisionerRoutes = {
  daemons: route
    .meta({ permission: 'provisioner_daemon:read' })
    .route({
      method: 'GET',
      path: '/organizations/{organization}/provisionerdaemons',
      tags,
      summary:
        'The servers that run builds and imports; with offline=true also those that have lately stopped',
    })
    .input(
      organization.extend({
        limit: paging.limit,
        ids: queryList(uuid).optional(),
        status: queryList(z.enum(daemonStatuses)).optional(),
        offline: queryBoolean.optional(),
      }),
    )
    .output(z.array(provisionerDaemonSchema)),
  jobs: route
    .meta({ permission: 'provisioner_jobs:read' })
    .route({
      method: 'GET',
      path: '/organizations/{organization}/provisionerjobs',
      tags,
      summary: 'Builds and imports as jobs, newest first: those of workspaces and templates that you can see',
    })
    .input(
      organization.extend({
        limit: paging.limit,
        offset: paging.offset,
        ids: queryList(uuid).optional(),
        status: queryList(z.enum(jobStatuses)).optional(),
        initiator: userRef.optional(),
      }),
    )
    .output(z.array(listedJobSchema)),
  job: route
    .meta({ permission: 'provisioner_jobs:read' })
    .route({
      method: 'GET',
      path: '/organizations/{organization}/provisionerjobs/{job}',
      tags,
      summary: 'One job',
    })
    .input(organization.extend({ job: uuid }))
    .output(listedJobSchema),
};
