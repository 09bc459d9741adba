import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CliError } from '../cli-error.ts';

type Target = { file?: string | undefined; force?: boolean | undefined };

/**
 * Writes lines as they come, to standard output or to a file that only its owner can read. The file is there when it is
 * whole; one that is there already is kept unless `force` is given.
 */
export async function writeLines(lines: AsyncIterable<string>, { file, force }: Target): Promise<void> {
  const text = Readable.from(withEnds(lines));
  if (file === undefined) return pipeline(text, process.stdout as Writable, { end: false });
  if (existsSync(file) && !force) {
    throw new CliError(`"${file}" is there already. Choose another name, or overwrite it with --force.`);
  }
  const part = `${file}.${process.pid}.part`;
  try {
    await pipeline(text, createWriteStream(part, { flags: 'wx', mode: 0o600 }));
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

async function* withEnds(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}
