import { lstat, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentFault, errnoOf } from '../fault.ts';

/**
 * Moves what is in a folder into another on the same file system. Files of the same names are replaced, each at once, and
 * what else is there stays. A file where a folder must be, or the other way round, is found before anything is moved. Links
 * in the other folder are never followed.
 */
export async function mergeFolder(from: string, to: string): Promise<void> {
  await refuseClashes(from, to);
  await moveInto(from, to);
}

async function refuseClashes(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const there = join(to, entry.name);
    const found = await lstatOf(there);
    if (!found) continue;
    if (entry.isDirectory() !== found.isDirectory()) {
      throw entry.isDirectory()
        ? new AgentFault(
            'not_a_directory',
            `${there} is there already and is not a folder. Nothing was written.`,
            {
              path: there,
            },
          )
        : new AgentFault(
            'is_a_directory',
            `${there} is a folder there, and a file was to replace it. Nothing was written.`,
            {
              path: there,
            },
          );
    }
    if (entry.isDirectory()) await refuseClashes(join(from, entry.name), there);
  }
}

async function moveInto(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [here, there] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory() && (await lstatOf(there))) await moveInto(here, there);
    else await rename(here, there);
  }
}

const lstatOf = (path: string) =>
  lstat(path).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  });
