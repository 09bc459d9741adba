import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

// The references of what happens in workspaces, in a process that holds nothing else: what a fork costs depends on that.
const run = promisify(execFile);
const works: Record<string, (path: string) => Promise<unknown>> = {
  bash: () => once(spawn('bash', ['-c', 'true']), 'close'),
  read: async (path) => (await readFile(path)).toString('base64'),
  node: () => run(process.execPath, ['-e', '0']),
};

process.on('message', async ({ work, path }: { work: string; path: string }) => {
  const started = performance.now();
  await works[work]?.(path);
  process.send?.(performance.now() - started);
});
