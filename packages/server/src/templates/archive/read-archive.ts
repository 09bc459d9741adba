import { type ArchiveLimits, createEntryRules, defaultArchiveLimits, type EntryRules } from './rules.ts';
import { readTar } from './tar.ts';
import { readZip } from './zip.ts';

/** `take` says, for each file, whether its content is wanted: by giving a function that receives it. */
export type ArchiveReader = (
  data: Buffer,
  rules: EntryRules,
  take: (path: string) => ((chunk: Buffer) => void) | undefined,
) => Promise<void>;

export const archiveTypes = ['application/x-tar', 'application/zip'] as const;

export type Archive = {
  /** Of every file, in the archive's order. */
  readonly paths: readonly string[];
  /** The content of the files that were asked for and are there. */
  readonly contents: ReadonlyMap<string, Buffer>;
};

/**
 * Reads a template's archive whole, without ever writing to a disk. Throws an `ArchiveError` that names the entry for
 * links, special files, paths that leave the archive, duplicates, and more than the limits allow; it stops there.
 */
export async function readArchive(
  data: Buffer,
  type: string,
  { wanted = [], limits = defaultArchiveLimits }: { wanted?: readonly string[]; limits?: ArchiveLimits } = {},
): Promise<Archive> {
  const paths: string[] = [];
  const chunks = new Map<string, Buffer[]>();
  const read = type === 'application/zip' ? readZip : readTar;
  await read(data, createEntryRules(limits), (path) => {
    paths.push(path);
    if (!wanted.includes(path)) return undefined;
    const kept: Buffer[] = [];
    chunks.set(path, kept);
    return (chunk) => void kept.push(chunk);
  });
  const contents = new Map([...chunks].map(([path, list]) => [path, Buffer.concat(list)]));
  return { paths, contents };
}
