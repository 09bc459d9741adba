import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const kinds = [
  { file: '/proc/sysvipc/shm', option: '-m' },
  { file: '/proc/sysvipc/sem', option: '-s' },
  { file: '/proc/sysvipc/msg', option: '-q' },
];

/** Removes the shared memory, semaphores and queues an account has left: without a sandbox they stay after its processes. */
export async function removeIpc(uid: number): Promise<void> {
  for (const { file, option } of kinds) {
    const [head = '', ...lines] = (await readFile(file, 'utf8').catch(() => '')).trim().split('\n');
    const columns = head.trim().split(/\s+/);
    for (const line of lines) {
      const values = line.trim().split(/\s+/);
      if (Number(values[columns.indexOf('uid')]) !== uid) continue;
      // Somebody else may have removed it, or the program that can is not installed: it is no reason to keep a workspace.
      await run('ipcrm', [option, values[1] ?? '']).catch(() => undefined);
    }
  }
}
