import type { Fact } from './targets.ts';

/** What is in a template's archive. */
export type ArchiveContents = {
  readonly sha256: string;
  readonly bytes: number;
  readonly paths: readonly string[];
  readonly manifest: string | undefined;
};

const MOST_PATHS = 200;
const LONGEST_MANIFEST = 16 * 1024;

/** An archive in words: its digest, its files, and its manifest, which says what the template runs. */
export function archiveFacts(contents: ArchiveContents | undefined): Fact[] {
  if (!contents) return [];
  const { sha256, bytes, paths, manifest } = contents;
  const more = paths.length - MOST_PATHS;
  const files = [...paths.slice(0, MOST_PATHS), ...(more > 0 ? [`and ${more} more`] : [])];
  return [
    { name: 'Archive', value: `${bytes} bytes, SHA-256 ${sha256}` },
    { name: 'Files', value: files.join('\n') },
    ...(manifest === undefined ? [] : [{ name: 'Manifest', value: shorten(manifest) }]),
  ];
}

function shorten(text: string): string {
  if (text.length <= LONGEST_MANIFEST) return text;
  return `${text.slice(0, LONGEST_MANIFEST)}\n(${text.length - LONGEST_MANIFEST} characters more)`;
}
