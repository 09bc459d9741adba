/** Why an archive is refused; the message names the entry. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

export type ArchiveLimits = {
  readonly maxEntries: number;
  /** Of all files together, expanded. */
  readonly maxBytes: number;
};
export const defaultArchiveLimits: ArchiveLimits = { maxEntries: 1_000, maxBytes: 50 * 1024 * 1024 };

const maxPathBytes = 512;

/** What is wrong with an entry's path as it stands in the archive; undefined when it stays inside and is plain. */
function pathProblem(path: string): string | undefined {
  if (path === '') return 'has an empty path';
  if (Buffer.byteLength(path) > maxPathBytes) return `has a path of more than ${maxPathBytes} bytes`;
  if (/[\0-\x1f\x7f]/.test(path)) return 'has a control character in its path';
  if (path.includes('\\')) return 'has a backslash in its path';
  if (path.startsWith('/')) return 'has an absolute path';
  const parts = path.split('/');
  if (parts.includes('..')) return 'leads out of the archive with ".."';
  if (parts.includes('') || parts.includes('.')) return 'has an empty or "." part in its path';
  return undefined;
}

/** Checks the entries of one archive as they come, and counts what they expand to. */
export type EntryRules = {
  /** The plain path of an entry, or undefined for the root folder, which says nothing. */
  accept(entry: { name: string; kind: 'file' | 'folder' | 'other' }): string | undefined;
  /** Counts expanded bytes, and refuses as soon as they are too many. */
  expand(bytes: number): void;
};

export function createEntryRules({ maxEntries, maxBytes }: ArchiveLimits): EntryRules {
  const kinds = new Map<string, 'file' | 'folder'>();
  let entries = 0;
  let expanded = 0;
  return {
    accept({ name, kind }) {
      const path = name.replace(/^(?:\.\/)+/, '').replace(/\/$/, '');
      const shown = JSON.stringify(name.slice(0, 200));
      if (kind === 'other') {
        throw new ArchiveError(
          `The entry ${shown} is a link or a special file; only files and folders are allowed.`,
        );
      }
      if (++entries > maxEntries) throw new ArchiveError(`The archive has more than ${maxEntries} entries.`);
      if (kind === 'folder' && (path === '' || path === '.')) return undefined;
      const problem = pathProblem(path);
      if (problem !== undefined) throw new ArchiveError(`The entry ${shown} ${problem}.`);
      if (kinds.has(path) && (kind === 'file' || kinds.get(path) === 'file')) {
        throw new ArchiveError(`The entry ${shown} is in the archive more than once.`);
      }
      for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) {
        const parent = path.slice(0, at);
        if (kinds.get(parent) === 'file') {
          throw new ArchiveError(`The entry ${shown} lies below ${JSON.stringify(parent)}, which is a file.`);
        }
        kinds.set(parent, 'folder');
      }
      kinds.set(path, kind);
      return path;
    },
    expand(bytes) {
      expanded += bytes;
      if (expanded > maxBytes) {
        throw new ArchiveError(`The archive expands to more than ${Math.round(maxBytes / 1024 / 1024)} MiB.`);
      }
    },
  };
}
