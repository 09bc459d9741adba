import { createHash, randomBytes } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { type FileHandle, link, mkdir, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FileWritten } from '@coder/api/agent';
import { AgentFault, fileFault } from '../fault.ts';
import { checkedSum } from './announced-sum.ts';
import { etagOf } from './info.ts';
import { oneAtATime } from './one-at-a-time.ts';

export interface WriteOptions {
  path: string;
  mode?: string | undefined;
  ifMatch?: string | undefined;
  createOnly?: boolean | undefined;
  /** The sum that the content must have; asked for once all of it has arrived. */
  sha256?: (() => string | undefined) | undefined;
}

const DEFAULT_MODE = 0o644;

/** Where a write to `path` really goes: through symlinks, also one whose target is not there yet. */
export async function target(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const folder = await realpath(dirname(path)).catch(() => dirname(path));
    return join(folder, basename(path));
  }
}

async function existing(path: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw fileFault(error, path);
  }
}

/** A fault unless the file is as the caller believes it to be. */
export function checkExpectation(
  path: string,
  found: BigIntStats | undefined,
  options: { ifMatch?: string | undefined; createOnly?: boolean | undefined },
): void {
  if (found?.isDirectory())
    throw new AgentFault('is_a_directory', `${path} is a directory. Give the path of a file.`, {
      path,
      field: 'path',
    });
  if (found && !found.isFile())
    throw new AgentFault('not_a_file', `${path} is not a regular file and is not overwritten.`, {
      path,
      field: 'path',
    });
  if (options.createOnly && found)
    throw new AgentFault('exists', `${path} already exists, and only a new file was to be written.`, {
      path,
      field: 'path',
    });
  if (options.ifMatch === undefined) return;
  if (!found)
    throw new AgentFault(
      'etag_mismatch',
      `${path} no longer exists. Look at the folder again before writing.`,
      { path, field: 'if_match' },
    );
  if (options.ifMatch !== '*' && etagOf(found) !== options.ifMatch) {
    throw new AgentFault(
      'etag_mismatch',
      `${path} has changed since it was read. Read it again, then write with its new etag.`,
      { path, field: 'if_match' },
    );
  }
}

/**
 * Writes a file whole or not at all: to a temporary file beside it, which then takes its place. Makes missing parents
 * (0755), keeps the mode of a file that is there, follows symlinks. `fill` writes the content and returns nothing.
 */
export async function writeFileAtomically(
  options: WriteOptions,
  content: AsyncIterable<Uint8Array> | Uint8Array,
): Promise<FileWritten> {
  const path = await target(options.path);
  const before = await existing(path);
  checkExpectation(path, before, options);
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`);
  const mode =
    options.mode !== undefined
      ? Number.parseInt(options.mode, 8)
      : before
        ? Number(before.mode) & 0o7777
        : DEFAULT_MODE;
  let handle: FileHandle | undefined;
  try {
    handle = await open(temporary, 'wx', mode).catch(async (error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      await mkdir(folder, { recursive: true, mode: 0o755 });
      return open(temporary, 'wx', mode);
    });
    const hash = createHash('sha256');
    let size = 0;
    for await (const part of content instanceof Uint8Array ? [content] : content) {
      hash.update(part);
      size += part.length;
      await writeAll(handle, part);
    }
    const sha256 = checkedSum(hash, options.sha256?.(), path);
    // What the umask took away from the mode is given back; the owner stays who it was, where we may decide that.
    await handle.chmod(mode);
    if (before && (Number(before.uid) !== process.getuid?.() || Number(before.gid) !== process.getgid?.())) {
      await handle.chown(Number(before.uid), Number(before.gid)).catch(() => {});
    }
    await oneAtATime(path, async () => {
      // The content may have taken long to arrive.
      checkExpectation(path, await existing(path), options);
      if (options.createOnly) {
        // A link, unlike a rename, does not replace what someone else has made in the meantime.
        await link(temporary, path);
        await unlink(temporary);
      } else {
        await rename(temporary, path);
      }
    });
    const after = await handle.stat({ bigint: true });
    return { path, size, sha256, etag: etagOf(after), created: !before };
  } catch (error) {
    if (handle) await unlink(temporary).catch(() => {});
    throw fileFault(error, path);
  } finally {
    await handle?.close().catch(() => {});
  }
}

async function writeAll(handle: FileHandle, part: Uint8Array): Promise<void> {
  let done = 0;
  while (done < part.length) done += (await handle.write(part, done)).bytesWritten;
}
