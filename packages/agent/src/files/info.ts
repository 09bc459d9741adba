import { createHash } from 'node:crypto';
import { type BigIntStats, createReadStream } from 'node:fs';
import { lstat, readlink, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type FileInfo, MAX_HASHED_BYTES } from '@coder/api/agent';
import { AgentFault, fileFault } from '../fault.ts';

/** Differs whenever the content may: by inode, size and modification time to the nanosecond, as an atomic write gives a new inode. */
export function etagOf(stats: BigIntStats): string {
  return `${stats.ino.toString(36)}-${stats.size.toString(36)}-${stats.mtimeNs.toString(36)}`;
}

export function modeOf(stats: BigIntStats): string {
  return (Number(stats.mode) & 0o7777).toString(8).padStart(4, '0');
}

function present(path: string, stats: BigIntStats, linkTarget: string | null): FileInfo {
  const type = stats.isFile()
    ? 'file'
    : stats.isDirectory()
      ? 'directory'
      : stats.isSymbolicLink()
        ? 'symlink'
        : 'other';
  return {
    path,
    name: basename(path) || path,
    type,
    size: Number(stats.size),
    mode: modeOf(stats),
    modified_at: new Date(Number(stats.mtimeMs)).toISOString(),
    etag: type === 'file' ? etagOf(stats) : null,
    link_target: linkTarget,
  };
}

/** Says what a path holds. With `follow`, of what a symlink leads to; a symlink that leads nowhere is shown as itself. */
export async function fileInfo(path: string, follow: boolean): Promise<FileInfo> {
  try {
    const own = await lstat(path, { bigint: true });
    if (!own.isSymbolicLink()) return present(path, own, null);
    const target = await readlink(path);
    const led = follow ? await stat(path, { bigint: true }).catch(() => own) : own;
    return present(path, led, target);
  } catch (error) {
    throw fileFault(error, path);
  }
}

/** As {@link fileInfo}, with the sum of a file that is not too long to be read for it. */
export async function hashedInfo(path: string, follow: boolean): Promise<FileInfo> {
  const info = await fileInfo(path, follow);
  if (info.type !== 'file' || info.size > MAX_HASHED_BYTES) return info;
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path, { highWaterMark: 256 * 1024 }), hash);
  } catch (error) {
    throw fileFault(error, path);
  }
  const after = await fileInfo(path, follow);
  // A sum of what the etag does not stand for would be a lie.
  return after.etag === info.etag ? { ...info, sha256: hash.digest('hex') } : after;
}

/** The status of a regular file, symlinks followed; a fault for anything else. */
export async function regularFile(path: string): Promise<BigIntStats> {
  let stats: BigIntStats;
  try {
    stats = await stat(path, { bigint: true });
  } catch (error) {
    throw fileFault(error, path);
  }
  if (stats.isDirectory())
    throw new AgentFault('is_a_directory', `${path} is a directory. Give the path of a file, or list it.`, {
      path,
      field: 'path',
    });
  if (!stats.isFile())
    throw new AgentFault('not_a_file', `${path} is not a regular file. Give the path of a file.`, {
      path,
      field: 'path',
    });
  return stats;
}
