import { ApiError } from '@coder/api';
import type { Fact } from './targets.ts';

/** What is in a template's archive. */
export type ArchiveContents = {
  readonly sha256: string;
  readonly bytes: number;
  readonly paths: readonly string[];
  readonly manifest: string | undefined;
};

/** The most characters that a person is shown of the manifest, and of the names of the files. */
const MOST = 64 * 1024;

/**
 * An archive in words: its digest, its files, and its manifest, which says what the template runs. Throws PAYLOAD_TOO_LARGE when
 * that is more than a person can be shown.
 */
export function archiveFacts(contents: ArchiveContents | undefined): Fact[] {
  if (!contents) return [];
  const { sha256, bytes, paths, manifest } = contents;
  const facts = [
    { name: 'Archive', value: `${bytes} bytes, SHA-256 ${sha256}` },
    { name: 'Files', value: paths.join('\n') },
    ...(manifest === undefined ? [] : [{ name: 'Manifest', value: manifest }]),
  ];
  const long = facts.find(({ value }) => value.length > MOST);
  if (long) {
    const what = long.name === 'Files' ? 'the names of its files have' : 'its manifest has';
    throw new ApiError('PAYLOAD_TOO_LARGE', {
      message: `This needs the approval of a person, who has to see all that the template runs: ${what} ${long.value.length} characters, and at most ${MOST} can be shown.`,
      detail:
        'Nothing has been done. Shorten the template, or let the user push it with "coder templates push".',
    });
  }
  return facts;
}
