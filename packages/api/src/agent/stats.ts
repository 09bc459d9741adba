import * as z from 'zod';

/** One measurement of the whole workspace. What cannot be known is null, never 0. */
export const StatsSample = z.object({
  at: z.string(),
  /** `cgroup`: the workspace's own cgroup says it; `processes`: summed over its processes. */
  source: z.enum(['cgroup', 'processes']),
  cpu: z.object({
    /** Cores in use since the sample before; null in the first. */
    cores_used: z.number().nullable(),
    cores_limit: z.number(),
  }),
  memory: z.object({ used_bytes: z.number(), limit_bytes: z.number() }),
  disk: z.object({
    /** Of the home directory, counted once a minute at most. */
    used_bytes: z.number(),
    /** What it could take: that, and what its file system has free. */
    limit_bytes: z.number(),
  }),
  /** Since the workspace's network began; null when it shares the machine's. */
  network: z.object({ received_bytes: z.number(), sent_bytes: z.number() }).nullable(),
  process_count: z.int(),
});
export type StatsSample = z.infer<typeof StatsSample>;

export const StatsQuery = z.strictObject({
  /** Only samples after this time; without it, the last hour. */
  since: z.iso.datetime({ offset: true }).optional(),
});
export type StatsQuery = z.input<typeof StatsQuery>;

export const StatsHistory = z.object({
  /** Measured for this call. */
  current: StatsSample,
  /** Oldest first; at most the last hour. */
  samples: z.array(StatsSample),
  interval_ms: z.int(),
});
export type StatsHistory = z.infer<typeof StatsHistory>;
