import * as z from 'zod';
import { time, uuid } from './common.ts';

/** How long the parts of a build took; upstream's shape. What was not recorded is null, or not in the list. */
export const buildTimingsSchema = z.object({
  provisioner_timings: z.array(
    z.object({
      job_id: uuid,
      started_at: time,
      ended_at: time,
      stage: z.enum(['init', 'apply']),
      /** The runtime. */
      source: z.string(),
      action: z.string(),
      resource: z.string(),
    }),
  ),
  agent_script_timings: z.array(
    z.object({
      started_at: time,
      ended_at: time,
      exit_code: z.int().nullable(),
      stage: z.enum(['start', 'stop', 'cron']),
      status: z.enum(['ok', 'exit_failure', 'timed_out', 'pipes_left_open']).nullable(),
      display_name: z.string(),
      workspace_agent_id: uuid,
      workspace_agent_name: z.string(),
    }),
  ),
  agent_connection_timings: z.array(
    z.object({
      started_at: time,
      ended_at: time,
      stage: z.literal('connect'),
      workspace_agent_id: uuid,
      workspace_agent_name: z.string(),
    }),
  ),
});
export type BuildTimings = z.infer<typeof buildTimingsSchema>;

/** A value that a script of an agent reports again and again. Times in seconds. */
export const agentMetadataSchema = z.object({
  result: z.object({ collected_at: time, age: z.int(), value: z.string(), error: z.string() }),
  description: z.object({
    display_name: z.string(),
    key: z.string(),
    script: z.string(),
    interval: z.int(),
    timeout: z.int(),
  }),
});
export type AgentMetadata = z.infer<typeof agentMetadataSchema>;
