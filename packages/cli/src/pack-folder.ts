import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';

/**
 * A folder's files and folders as a tar, written as it is read; links and devices are left out. An error of a file is one of the
 * stream.
 */
export function packFolder(folder: string): Readable {
  const tar = pack();
  const packed = new PassThrough();
  addAll(tar, folder).then(
    () => tar.finalize(),
    (error: Error) => tar.destroy(error),
  );
  pipeline(tar, packed).catch((error: Error) => packed.destroy(error));
  return packed;
}

async function addAll(tar: Pack, folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const local = join(entry.parentPath, entry.name);
    const name = relative(folder, local).split(sep).join('/');
    if (!entry.isFile() && !entry.isDirectory()) continue;
    const { size, mode, mtime } = await stat(local);
    const header = { name, mode: mode & 0o777, mtime };
    if (entry.isDirectory()) tar.entry({ ...header, type: 'directory' }, '');
    // No more than was announced, should the file grow meanwhile.
    else if (size === 0) tar.entry({ ...header, size }, '');
    else await pipeline(createReadStream(local, { end: size - 1 }), tar.entry({ ...header, size }));
  }
}
