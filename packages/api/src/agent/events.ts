import * as z from 'zod';
import { AgentLifecycle, AppHealth } from './manifest.ts';
import { StatsSample } from './stats.ts';

const base = { seq: z.int().min(1), at: z.string() };

export const LogLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error']);
export type LogLevel = z.infer<typeof LogLevel>;

/** What happened in the agent; numbered from 1 without a hole for each boot_id, kept until the control plane can have read it. */
export const AgentEvent = z.discriminatedUnion('type', [
  z.object({ ...base, type: z.literal('lifecycle'), state: AgentLifecycle, error: z.string().optional() }),
  z.object({ ...base, type: z.literal('log'), source_id: z.string(), level: LogLevel, output: z.string() }),
  z.object({ ...base, type: z.literal('app_health'), app_id: z.string(), health: AppHealth }),
  z.object({
    ...base,
    type: z.literal('metadata'),
    key: z.string(),
    value: z.string(),
    /** Empty when the script succeeded. */
    error: z.string(),
  }),
  z.object({ ...base, type: z.literal('stats'), sample: StatsSample }),
  z.object({
    ...base,
    type: z.literal('activity'),
    /** At least one is not 0: what keeps the workspace in use. */
    running_processes: z.int(),
    terminals: z.int(),
    connections: z.int(),
  }),
]);
export type AgentEvent = z.infer<typeof AgentEvent>;

/** The first line of the event stream. */
export const EventsHello = z.object({
  type: z.literal('hello'),
  /** When it differs from the one the caller knows, its `after` belonged to another run: it was taken as 0. */
  boot_id: z.string(),
  /** The newest sequence number so far. */
  last_seq: z.int(),
  /** Events after `after` that had to be dropped. */
  missed: z.int(),
});
export type EventsHello = z.infer<typeof EventsHello>;

export const EventsQuery = z.strictObject({
  after: z.coerce.number().int().min(0).default(0),
  /** The run that `after` belongs to. */
  boot_id: z.string().optional(),
});
export type EventsQuery = z.input<typeof EventsQuery>;
