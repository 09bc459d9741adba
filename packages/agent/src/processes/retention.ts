import { join } from 'node:path';
import { createByteLog } from './byte-log.ts';
import { fileStore, memoryStore } from './byte-store.ts';
import type { ProcessLimits } from './limits.ts';
import { createOutputLog, type OutputLog } from './output-log.ts';
import type { ManagedProcess } from './process.ts';

/** While memory is short a process gets only this much of it before its output goes to a file. */
const TIGHT_MEMORY_BYTES = 256 * 1024;
/** How many ids of forgotten processes are known, so that none is started a second time. */
const REMEMBERED_IDS = 20_000;

/** What is kept of processes: the output of all of them within its limits, and which have been forgotten. */
export interface Retention {
  /** Where the output of a new process goes; `unique` names its file. */
  createOutput(unique: string): OutputLog;
  began(process: ManagedProcess): void;
  ended(process: ManagedProcess): void;
  /** Forgets ended processes that are too old or too many, and drops the output of the oldest when all together is too much. */
  evict(): void;
  /** Lets go of one that has ended, as if it had never been. */
  drop(id: string): void;
  isForgotten(id: string): boolean;
  forgottenCount(): number;
}

export interface RetentionOptions {
  limits: ProcessLimits;
  stateDir: string;
  now: () => number;
  /** This process is known no more. */
  onDrop: (id: string) => void;
}

/** An ended process, and what its output takes. */
interface Ended {
  process: ManagedProcess;
  memory: number;
  disk: number;
}

export function createRetention({ limits, stateDir, now, onDrop }: RetentionOptions): Retention {
  const forgotten = new Set<string>();
  const live = new Map<string, OutputLog>();
  // In the order in which they ended.
  const ended = new Map<string, Ended>();
  const held = { memory: 0, disk: 0 };
  let forgottenCount = 0;

  /** All that runs counts by what it holds now, all that has ended by what it held then. */
  const total = (of: 'memory' | 'disk') => {
    let sum = held[of];
    for (const output of live.values()) sum += output[of]();
    return sum;
  };

  function releaseOutput(entry: Ended): void {
    entry.process.output.release();
    held.memory -= entry.memory;
    held.disk -= entry.disk;
    entry.memory = 0;
    entry.disk = 0;
  }

  function drop(entry: Ended): void {
    releaseOutput(entry);
    ended.delete(entry.process.id);
    onDrop(entry.process.id);
  }

  function spill(unique: string) {
    if (total('disk') + limits.memoryBytes > limits.totalSpillBytes) return undefined;
    try {
      return fileStore(join(stateDir, `output-${unique}`));
    } catch {
      return undefined;
    }
  }

  return {
    createOutput(unique) {
      const tight = total('memory') > limits.totalMemoryBytes / 2;
      const memoryBytes = tight ? Math.min(TIGHT_MEMORY_BYTES, limits.memoryBytes) : limits.memoryBytes;
      const stores = { memory: memoryStore, spill: () => spill(unique) };
      return createOutputLog(createByteLog({ memoryBytes, spillBytes: limits.spillBytes }, stores));
    },

    began: ({ id, output }) => void live.set(id, output),

    ended(process) {
      const entry = { process, memory: process.output.memory(), disk: process.output.disk() };
      live.delete(process.id);
      held.memory += entry.memory;
      held.disk += entry.disk;
      ended.set(process.id, entry);
    },

    evict() {
      for (const entry of ended.values()) {
        if (ended.size <= limits.ended && (entry.process.endedAt ?? 0) > now() - limits.endedMs) break;
        drop(entry);
        forgotten.add(entry.process.id);
        forgottenCount += 1;
      }
      for (const id of forgotten) {
        if (forgotten.size <= REMEMBERED_IDS) break;
        forgotten.delete(id);
      }
      if (total('memory') <= limits.totalMemoryBytes && total('disk') <= limits.totalSpillBytes) return;
      for (const entry of ended.values()) {
        const memoryShort = total('memory') > limits.totalMemoryBytes;
        const diskShort = total('disk') > limits.totalSpillBytes;
        if (!memoryShort && !diskShort) break;
        if ((memoryShort && entry.memory > 0) || (diskShort && entry.disk > 0)) releaseOutput(entry);
      }
    },

    drop(id) {
      const entry = ended.get(id);
      if (entry) drop(entry);
    },

    isForgotten: (id) => forgotten.has(id),
    forgottenCount: () => forgottenCount,
  };
}
