import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The ids of this machine's processes whose command line or environment holds a text, other than this one. */
export function processesWith(text: string): number[] {
  const found: number[] = [];
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      const seen =
        readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8');
      if (seen.includes(text)) found.push(pid);
    } catch {
      // It has ended, or belongs to somebody else.
    }
  }
  return found;
}

/**
 * Ends what still runs of the workspaces of a deployment whose server has ended: a test that failed may not have come to
 * deleting them, and agents outlive their server.
 */
export function endWorkspaces(dataDir: string): void {
  const workspaces = join(dataDir, 'workspaces');
  if (!existsSync(workspaces)) return;
  for (const id of readdirSync(workspaces)) {
    for (const pid of processesWith(id)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended with another one.
      }
    }
  }
}
