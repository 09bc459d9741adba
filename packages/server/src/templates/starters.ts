import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TemplateExample } from '@coder/api';
import { type PackedFile, packTar } from './archive/pack-tar.ts';
import { importArchive } from './import-archive.ts';

/** The templates that come with the server. */
export type StarterTemplates = {
  ids(): Promise<readonly string[]>;
  /** All of them, as people choose among them. */
  list(): Promise<TemplateExample[]>;
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
  const pack = async (id: string) => packTar(await filesBelow(join(directory, id)));

  async function example(id: string): Promise<TemplateExample[]> {
    const imported = await importArchive(await pack(id), 'application/x-tar');
    // A folder that is no template is none to choose.
    if ('problems' in imported) return [];
    const { manifest, readme } = imported;
    return [
      {
        id,
        url: '',
        name: manifest.display_name ?? manifest.name,
        description: manifest.description ?? '',
        icon: manifest.icon ?? '',
        tags: Object.keys(manifest.runtime),
        markdown: readme,
      },
    ];
  }

  return {
    ids,
    list: async () => (await Promise.all((await ids()).map(example))).flat(),
    archive: async (id) => ((await ids()).includes(id) ? pack(id) : undefined),
  };
}

async function filesBelow(folder: string): Promise<PackedFile[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    paths.map(async (path) => ({ path: path.slice(folder.length + 1), content: await readFile(path) })),
  );
}
