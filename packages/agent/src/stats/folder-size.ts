import { execFile } from 'node:child_process';
import { setPriority } from 'node:os';

/** A folder is measured anew after so long, and longer where measuring takes long: it reads every entry. */
const FRESH_MS = 60_000;
const SHARE = 20;
const IDLE_PRIORITY = 19;

export interface FolderSize {
  /** The bytes that the folder takes on its file system, as they were when they were last counted; undefined before. */
  bytes(): number | undefined;
  /** Counts anew if that was long ago. Resolves when it is done; what cannot be read is not counted. */
  refresh(): Promise<void>;
}

/** The size of a folder by the workspace's own `du`, which a large one keeps busy for seconds: hence in the background, and seldom. */
export function createFolderSize(folder: string, now: () => number): FolderSize {
  let bytes: number | undefined;
  let counting: Promise<void> | undefined;
  let staleAt = Number.NEGATIVE_INFINITY;

  async function count(): Promise<void> {
    const began = now();
    const text = await new Promise<string>((resolve) => {
      // It ends with an error where there is something it may not read, and has counted the rest all the same.
      const child = execFile('du', ['-s', '-x', '-k', folder], (_, stdout) => resolve(stdout));
      try {
        if (child.pid !== undefined) setPriority(child.pid, IDLE_PRIORITY);
      } catch {
        // It has ended already.
      }
    });
    const kib = Number.parseInt(text, 10);
    if (Number.isFinite(kib)) bytes = kib * 1024;
    const ended = now();
    staleAt = ended + Math.max(FRESH_MS, SHARE * (ended - began));
  }

  return {
    bytes: () => bytes,
    refresh() {
      if (counting === undefined && now() >= staleAt) {
        counting = count().finally(() => {
          counting = undefined;
        });
      }
      return counting ?? Promise.resolve();
    },
  };
}
