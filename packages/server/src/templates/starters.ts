import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PackedFile, packTar } from './archive/pack-tar.ts';

/** The templates that come with the server. */
export type StarterTemplates = {
  ids(): Promise<readonly string[]>;
  /** A starter template as a tar, or undefined when there is none of this id. */
  archive(id: string): Promise<Buffer | undefined>;
};

/** Reads the starter templates from a directory that holds a folder for each. */
export function createStarterTemplates({ directory }: { directory: string }): StarterTemplates {
  const ids = async () => {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  };
  return {
    ids,
    async archive(id) {
      if (!(await ids()).includes(id)) return undefined;
      return packTar(await filesBelow(join(directory, id)));
    },
  };
}

async function filesBelow(folder: string): Promise<PackedFile[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    paths.map(async (path) => ({ path: path.slice(folder.length + 1), content: await readFile(path) })),
  );
}
