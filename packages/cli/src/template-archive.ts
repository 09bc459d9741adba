import { createWriteStream } from 'node:fs';
import { lstat, mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { extract, pack } from 'tar-stream';
import { CliError } from './cli-error.ts';

const IGNORED = new Set(['.git', 'node_modules', '.DS_Store', '.terraform']);
/** What the server takes (upstream's limit). */
const MAX_ARCHIVE_BYTES = 10 * 1024 * 1024;

async function* filesBelow(root: string, below = ''): AsyncGenerator<string> {
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    if (IGNORED.has(entry.name)) continue;
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(root, path);
    else if (entry.isFile()) yield path;
    else
      throw new CliError(
        `${path} is a link or a special file. A template holds plain files and folders only.`,
      );
  }
}

/** A template's folder as a tar, the same bytes for the same content. */
export async function packTemplate(folder: string): Promise<Uint8Array<ArrayBuffer>> {
  const info = await lstat(folder).catch(() => undefined);
  if (!info?.isDirectory()) throw new CliError(`There is no folder "${folder}".`);
  const archive = pack();
  const collected = buffer(archive);
  const paths = (await Array.fromAsync(filesBelow(folder))).sort();
  if (!paths.some((p) => p === 'template.yaml' || p === 'template.yml' || p.endsWith('.tf'))) {
    throw new CliError(`"${folder}" holds no template.yaml. Make one with "coder templates init".`);
  }
  for (const path of paths) {
    const { mode } = await lstat(join(folder, path));
    archive.entry({ name: path, mode: mode & 0o777, mtime: new Date(0) }, await readFile(join(folder, path)));
  }
  archive.finalize();
  const bytes = await collected;
  if (bytes.length > MAX_ARCHIVE_BYTES) {
    throw new CliError(
      `The template is ${bytes.length} bytes; at most ${MAX_ARCHIVE_BYTES} are taken. Leave out what it does not need.`,
    );
  }
  return new Uint8Array(bytes);
}

/** Writes a template's archive into a folder and returns how many files there were. */
export async function unpackTemplate(bytes: Uint8Array, folder: string): Promise<number> {
  const root = resolve(folder);
  const archive = extract();
  let count = 0;
  archive.on('entry', (header, stream, next) => {
    const target = resolve(root, header.name);
    if (header.type !== 'file') {
      stream.resume().on('end', () => next());
      return;
    }
    if (!target.startsWith(root + sep)) {
      next(new CliError(`The archive holds "${header.name}", which would leave ${root}.`));
      return;
    }
    count += 1;
    mkdir(dirname(target), { recursive: true })
      .then(() => pipeline(stream, createWriteStream(target)))
      .then(() => next(), next);
  });
  await pipeline(Readable.from([bytes]), archive);
  return count;
}
