import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import type { ArchiveReader } from './read-archive.ts';
import { ArchiveError } from './rules.ts';

/** The kind of file in the upper half of a Unix zip's attributes. */
const typeMask = 0o170000;
const regularFile = 0o100000;
const folder = 0o040000;
/** "version made by": a Unix. */
const unix = 3;

/** Reads a zip by its central directory. What an entry really expands to is counted, whatever it claims. */
export const readZip: ArchiveReader = async (data, rules, take) => {
  try {
    const zip = await fromBufferPromise(data, { strictFileNames: true });
    if (zip.entryCount === 0) throw new ArchiveError('The zip archive is empty.');
    for await (const entry of zip.eachEntry()) {
      const kind = kindOf(entry);
      const path = rules.accept({ name: entry.fileName, kind });
      if (path === undefined || kind === 'folder') continue;
      await readEntry(zip, entry, rules.expand, take(path));
    }
  } catch (error) {
    if (error instanceof ArchiveError) throw error;
    throw new ArchiveError(`The file is not a valid zip archive: ${(error as Error).message}.`, {
      cause: error,
    });
  }
};

async function readEntry(
  zip: ZipFile,
  entry: Entry,
  expand: (bytes: number) => void,
  sink: ((chunk: Buffer) => void) | undefined,
): Promise<void> {
  if (!entry.canDecodeFileData()) {
    throw new ArchiveError(
      `The entry ${JSON.stringify(entry.fileName)} is encrypted or compressed in an unusual way; use plain zip.`,
    );
  }
  const stream = await zip.openReadStreamPromise(entry);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      expand(chunk.length);
      sink?.(chunk);
    }
  } finally {
    stream.destroy();
  }
}

function kindOf(entry: Entry): 'file' | 'folder' | 'other' {
  const type = entry.versionMadeBy >>> 8 === unix ? (entry.externalFileAttributes >>> 16) & typeMask : 0;
  if (type !== 0 && type !== regularFile && type !== folder) return 'other';
  return entry.fileName.endsWith('/') || type === folder ? 'folder' : 'file';
}
