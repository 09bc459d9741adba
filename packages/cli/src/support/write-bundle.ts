import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { CliError } from '../cli-error.ts';

/** One file of the bundle. */
export type BundlePart = { name: string; text: string };

/**
 * Writes the parts as they come into a compressed tar that only its owner can read. A file that is there already is kept, and one
 * that could not be finished is removed.
 */
export async function writeBundle(file: string, parts: AsyncIterable<BundlePart>): Promise<void> {
  const tar = pack();
  const output = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  try {
    const written = pipeline(tar, createGzip(), output);
    const filled = (async () => {
      for await (const { name, text } of parts) {
        await new Promise<void>((resolve, reject) => {
          tar.entry({ name, mode: 0o600 }, text, (error) => (error ? reject(error) : resolve()));
        });
      }
      tar.finalize();
    })();
    filled.catch((error: Error) => tar.destroy(error));
    await Promise.all([written, filled]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new CliError(`"${file}" is there already. Choose another name with --output-file.`);
    }
    await rm(file, { force: true });
    throw error;
  }
}
