import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';

export type PackedFile = {
  readonly path: string;
  readonly content: string | Buffer;
  readonly executable?: boolean;
};

/** A tar of these files. The same files give the same bytes, so that they are stored once. */
export async function packTar(files: readonly PackedFile[]): Promise<Buffer> {
  const archive = pack();
  for (const { path, content, executable } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    archive.entry({ name: path, mode: executable ? 0o755 : 0o644, mtime: new Date(0) }, content);
  }
  archive.finalize();
  return buffer(archive);
}
