import * as z from 'zod';
import { queryInteger, time, uuid } from './common.ts';

export const jobStatuses = [
  'pending',
  'running',
  'succeeded',
  'canceling',
  'canceled',
  'failed',
  'unknown',
] as const;

export const provisionerJobSchema = z.object({
  id: uuid,
  created_at: time,
  started_at: time.optional(),
  completed_at: time.optional(),
  canceled_at: time.optional(),
  error: z.string().optional(),
  error_code: z.string().optional(),
  status: z.enum(jobStatuses),
  worker_id: z.string().optional(),
  worker_name: z.string().optional(),
  file_id: uuid,
  tags: z.record(z.string(), z.string()),
  queue_position: z.int(),
  queue_size: z.int(),
  organization_id: uuid,
  initiator_id: uuid,
  input: z.object({
    template_version_id: uuid.optional(),
    workspace_build_id: uuid.optional(),
    error: z.string().optional(),
  }),
  type: z.enum(['template_version_import', 'workspace_build', 'template_version_dry_run']),
  logs_overflowed: z.boolean(),
});
export type ProvisionerJob = z.infer<typeof provisionerJobSchema>;

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const;

export const provisionerLogSchema = z.object({
  id: z.int(),
  created_at: time,
  log_source: z.enum(['provisioner_daemon', 'provisioner']),
  log_level: z.enum(logLevels),
  stage: z.string(),
  output: z.string(),
});
export type ProvisionerLog = z.infer<typeof provisionerLogSchema>;

/**
 * Which lines of a log to read: those with an id greater than `after`, less than `before`. `wait_ms` holds the answer
 * until there is a new line or the job has ended, so that following a log needs no WebSocket.
 */
export const logQuery = {
  before: queryInteger.min(0).optional(),
  after: queryInteger.min(0).optional(),
  limit: queryInteger.min(1).max(10_000).optional(),
  wait_ms: queryInteger.min(0).max(45_000).optional(),
};
