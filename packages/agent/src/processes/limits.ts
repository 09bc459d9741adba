export interface ProcessLimits {
  /** Output of one process in memory, and in its spill file. */
  memoryBytes: number;
  spillBytes: number;
  /** Output of all of them; beyond it the oldest ended ones lose theirs. */
  totalMemoryBytes: number;
  totalSpillBytes: number;
  /** How many may run at once. */
  running: number;
  /** How many ended ones are remembered, and for how long. */
  ended: number;
  endedMs: number;
}

export const defaultProcessLimits: ProcessLimits = {
  memoryBytes: 8 * 1024 * 1024,
  spillBytes: 256 * 1024 * 1024,
  totalMemoryBytes: 128 * 1024 * 1024,
  totalSpillBytes: 2 * 1024 * 1024 * 1024,
  running: 1_000,
  ended: 1_000,
  endedMs: 24 * 3600 * 1000,
};
