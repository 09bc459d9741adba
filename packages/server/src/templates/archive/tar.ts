import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, type Header } from 'tar-stream';
import type { ArchiveReader } from './read-archive.ts';
import { ArchiveError } from './rules.ts';

/** Reads a tar. Each entry is taken in turn, so no more of it is in memory than what is kept. */
export const readTar: ArchiveReader = async (data, rules, take) => {
  const archive = extract();
  const reading = pipeline(Readable.from(data.length === 0 ? [] : [data]), archive);
  // The loop below reports the same failure.
  reading.catch(() => undefined);
  let entries = 0;
  try {
    for await (const entry of archive) {
      entries++;
      const path = rules.accept({ name: entry.header.name, kind: kindOf(entry.header) });
      const sink = path === undefined || entry.header.type === 'directory' ? undefined : take(path);
      for await (const chunk of entry as AsyncIterable<Buffer>) {
        rules.expand(chunk.length);
        sink?.(chunk);
      }
    }
    await reading;
  } catch (error) {
    archive.destroy();
    if (error instanceof ArchiveError) throw error;
    throw new ArchiveError(`The file is not a valid tar archive: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  if (entries === 0) throw new ArchiveError('The tar archive is empty.');
};

function kindOf(header: Header): 'file' | 'folder' | 'other' {
  if (header.type === 'file' || header.type === 'contiguous-file') return 'file';
  return header.type === 'directory' ? 'folder' : 'other';
}
