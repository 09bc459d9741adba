import { cp, lstat, mkdir, readdir, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join, parse as parsePath } from 'node:path';
import type { FileInfo, FileListing } from '@coder/api/agent';
import { AgentFault, errnoOf, fileFault } from '../fault.ts';
import { fileInfo } from './info.ts';

/** Lists a folder by name. The cursor is the last name of the page before, so that changes in between lose nothing. */
export async function listFolder(
  path: string,
  limit: number,
  cursor: string | undefined,
): Promise<FileListing> {
  let names: string[];
  try {
    names = await readdir(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR' && (await lstat(path).catch(() => undefined))) {
      throw new AgentFault('not_a_directory', `${path} is not a directory. Read it as a file instead.`, {
        path,
        field: 'path',
      });
    }
    throw fileFault(error, path);
  }
  names.sort();
  const rest = cursor === undefined ? names : names.filter((name) => name > cursor);
  const page = rest.slice(0, limit);
  // What disappears while we look is left out.
  const entries = await Promise.all(
    page.map((name) => fileInfo(join(path, name), false).catch(() => undefined)),
  );
  return {
    path,
    entries: entries.filter((entry) => entry !== undefined),
    total: names.length,
    next_cursor: rest.length > limit ? (page.at(-1) ?? null) : null,
  };
}

/** Moves a file or folder; makes the parents of where it goes. Over a border of file systems it is copied, then removed. */
export async function move(from: string, to: string, overwrite: boolean): Promise<FileInfo> {
  const source = await lstat(from).catch((error: unknown) => Promise.reject(fileFault(error, from)));
  if (to === from) return fileInfo(from, false);
  if (source.isDirectory() && to.startsWith(`${from}/`)) {
    throw new AgentFault(
      'invalid_input',
      `${from} cannot be moved into itself. Choose another destination.`,
      { path: to, field: 'destination' },
    );
  }
  if (!overwrite && (await lstat(to).catch(() => undefined))) {
    throw new AgentFault('exists', `${to} already exists. Choose another destination, or set overwrite.`, {
      path: to,
      field: 'destination',
    });
  }
  try {
    await mkdir(dirname(to), { recursive: true, mode: 0o755 });
    await rename(from, to);
  } catch (error) {
    if (errnoOf(error) !== 'EXDEV') throw fileFault(error, to, 'destination');
    try {
      await cp(from, to, {
        recursive: true,
        force: overwrite,
        errorOnExist: !overwrite,
        preserveTimestamps: true,
        verbatimSymlinks: true,
      });
      await rm(from, { recursive: true });
    } catch (failed) {
      throw fileFault(failed, to, 'destination');
    }
  }
  return fileInfo(to, false);
}

/** Removes a file, a symlink (not what it leads to) or a folder. */
export async function remove(path: string, recursive: boolean, home: string): Promise<void> {
  if (path === parsePath(path).root || path === home) {
    throw new AgentFault(
      'invalid_input',
      `${path} is not removed as a whole. Name what is to go inside it.`,
      { path, field: 'path' },
    );
  }
  try {
    const own = await lstat(path);
    if (!own.isDirectory()) await unlink(path);
    else if (recursive) await rm(path, { recursive: true });
    else await rmdir(path);
  } catch (error) {
    throw fileFault(error, path);
  }
}

/** Makes a folder and its parents; one that is there already is fine. */
export async function makeFolder(path: string, mode: string | undefined): Promise<FileInfo> {
  try {
    await mkdir(path, { recursive: true, mode: mode === undefined ? 0o755 : Number.parseInt(mode, 8) });
  } catch (error) {
    if (errnoOf(error) === 'EEXIST' && !(await stat(path).catch(() => undefined))?.isDirectory()) {
      throw new AgentFault('not_a_directory', `${path} is there already and is not a directory.`, {
        path,
        field: 'path',
      });
    }
    throw fileFault(error, path);
  }
  return fileInfo(path, true);
}
