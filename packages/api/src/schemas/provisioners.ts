import * as z from 'zod';
import { time, uuid } from './common.ts';
import { jobStatuses, provisionerJobSchema } from './jobs.ts';

const jobOfDaemon = z.object({
  id: uuid,
  status: z.enum(jobStatuses),
  template_name: z.string(),
  template_display_name: z.string(),
  template_icon: z.string(),
});

export const daemonStatuses = ['offline', 'idle', 'busy'] as const;

/** A server as what runs builds and imports; every server does so for all organizations. */
export const provisionerDaemonSchema = z.object({
  id: uuid,
  organization_id: uuid,
  created_at: time,
  last_seen_at: time,
  name: z.string(),
  version: z.string(),
  api_version: z.string(),
  provisioners: z.array(z.string()),
  tags: z.record(z.string(), z.string()),
  status: z.enum(daemonStatuses),
  current_job: jobOfDaemon.optional(),
  previous_job: jobOfDaemon.optional(),
});
export type ProvisionerDaemon = z.infer<typeof provisionerDaemonSchema>;

/** A job in a list of jobs, with what it is about. */
export const listedJobSchema = provisionerJobSchema.extend({
  available_workers: z.array(uuid),
  metadata: z.object({
    template_version_name: z.string(),
    template_id: uuid.optional(),
    template_name: z.string(),
    template_display_name: z.string(),
    template_icon: z.string(),
    workspace_id: uuid.optional(),
    workspace_name: z.string().optional(),
  }),
});
export type ListedJob = z.infer<typeof listedJobSchema>;
