import { readdirSync, readFileSync } from 'node:fs';

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
