import { chmod, link, lstat, mkdir, open, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, type Header } from 'tar-stream';
import { AgentFault } from '../fault.ts';
import { watchEnd } from './tar-end.ts';
import { entryPath, linkStaysInside } from './tar-paths.ts';

export interface TarLimits {
  /** So many leading parts are taken off every path. */
  strip: number;
  /** Of all files together. */
  maxBytes: number;
  maxEntries: number;
}

export interface Extracted {
  files: number;
  folders: number;
  links: number;
  bytes: number;
  skipped: number;
  skipped_paths: string[];
  /** What the archive says of the folder that everything is in. */
  mode: number;
}

const SKIPPED_SHOWN = 20;

/**
 * Writes the entries of a tar into an empty folder that nobody else writes to. Links are made when everything else is there,
 * so that nothing is ever written through one. An archive with a path that leads out, or beyond the limits, is refused.
 */
export async function extractTar(
  source: AsyncIterable<Buffer>,
  root: string,
  limits: TarLimits,
): Promise<Extracted> {
  const done: Extracted = {
    files: 0,
    folders: 0,
    links: 0,
    bytes: 0,
    skipped: 0,
    skipped_paths: [],
    mode: 0o755,
  };
  const links = new Map<string, string>();
  const archive = extract();
  const end = watchEnd();
  const feeding = pipeline(Readable.from(end.watch(source)), archive);
  // The loop below ends with the same failure.
  feeding.catch(() => undefined);
  let entries = 0;

  function skip(name: string): void {
    done.skipped += 1;
    if (done.skipped_paths.length < SKIPPED_SHOWN) done.skipped_paths.push(name);
  }

  async function take(header: Header, content: AsyncIterable<Buffer>): Promise<void> {
    const path = entryPath(header.name, limits.strip);
    if (path === undefined) {
      if (header.type === 'directory') done.mode = folderMode(header);
      return;
    }
    const place = join(root, path);
    switch (header.type) {
      case 'directory':
        await mkdir(place, { recursive: true, mode: 0o755 });
        await chmod(place, folderMode(header));
        done.folders += 1;
        return;
      case 'file':
      case 'contiguous-file':
        await writeEntry(place, header, content);
        done.files += 1;
        return;
      case 'link':
        if (await hardLink(root, place, entryPath(header.linkname ?? '', limits.strip))) done.files += 1;
        else skip(path);
        return;
      case 'symlink':
        if (linkStaysInside(path, header.linkname ?? '')) links.set(path, header.linkname as string);
        else skip(path);
        return;
      default:
        skip(path);
    }
  }

  async function writeEntry(place: string, header: Header, content: AsyncIterable<Buffer>): Promise<void> {
    await makeRoom(place);
    const mode = (header.mode ?? 0o644) & 0o777;
    const handle = await open(place, 'wx', mode);
    try {
      for await (const part of content) {
        done.bytes += part.length;
        if (done.bytes > limits.maxBytes) {
          throw new AgentFault(
            'too_large',
            `The archive unpacks to more than ${limits.maxBytes} bytes. Nothing was written.`,
          );
        }
        for (let at = 0; at < part.length; ) at += (await handle.write(part, at)).bytesWritten;
      }
      await handle.chmod(mode);
      if (header.mtime) await handle.utimes(header.mtime, header.mtime);
    } finally {
      await handle.close();
    }
  }

  try {
    for await (const entry of archive) {
      entries += 1;
      if (entries > limits.maxEntries) {
        throw new AgentFault(
          'too_large',
          `The archive has more than ${limits.maxEntries} entries. Nothing was written.`,
        );
      }
      end.entry(entry.header);
      await take(entry.header, entry as AsyncIterable<Buffer>);
      entry.resume();
    }
    await feeding;
    if (entries > 0 && !end.isThere()) throw cutOff();
    for (const [path, to] of links) {
      // What it climbs is counted along folders; below another link the count would be another.
      if (foldersAbove(path).some((above) => links.has(above))) {
        skip(path);
        continue;
      }
      await makeRoom(join(root, path));
      await symlink(to, join(root, path));
      done.links += 1;
    }
  } catch (error) {
    archive.destroy();
    // An entry whose rest never comes only says that it was destroyed; what fed it knows why.
    const cause = isOurs(error) ? error : await feeding.then(() => error).catch((reason: unknown) => reason);
    throw inOurWords(cause);
  }
  if (entries === 0) throw new AgentFault('invalid_input', 'The body is no tar archive: it has no entries.');
  return done;
}

/** A folder stays one that its owner can write to: otherwise what belongs into it could not be put there. */
const folderMode = (header: Header): number => ((header.mode ?? 0o755) & 0o777) | 0o700;

/** Makes the folders above a place, and clears it: of two entries of one name the later counts, as with any tar. */
async function makeRoom(place: string): Promise<void> {
  await mkdir(dirname(place), { recursive: true, mode: 0o755 });
  const found = await lstat(place).catch(() => undefined);
  if (found?.isDirectory()) {
    throw new AgentFault(
      'invalid_input',
      `The archive has ${JSON.stringify(basename(place))} both as a folder and as something else. Nothing was written.`,
    );
  }
  if (found) await rm(place);
}

/** `a/b/c`: `a` and `a/b`. */
function foldersAbove(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'));
}

/** Whether a second name could be made for a file of the archive. */
async function hardLink(root: string, place: string, of: string | undefined): Promise<boolean> {
  if (of === undefined) return false;
  const first = join(root, of);
  const found = await lstat(first).catch(() => undefined);
  if (!found?.isFile() || first === place) return false;
  await makeRoom(place);
  await link(first, place);
  return true;
}

/** A refusal, or a failure of the disk: neither is about what the archive is like. */
const isOurs = (error: unknown): boolean =>
  error instanceof AgentFault || (error instanceof Error && 'syscall' in error);

const cutOff = (cause?: unknown): AgentFault =>
  new AgentFault(
    'invalid_input',
    'The tar is cut off: its end is missing. Nothing was written; make it again, and send all of it.',
    { cause },
  );

/** What the library says of a damaged archive has no code of its own. */
function inOurWords(error: unknown): unknown {
  if (!(error instanceof Error) || isOurs(error)) return error;
  if (cutWords.has(error.message) || 'code' in error) return cutOff(error);
  return new AgentFault(
    'invalid_input',
    `The body is not a valid, uncompressed tar: ${error.message}. Nothing was written.`,
    { cause: error },
  );
}
const cutWords: ReadonlySet<string> = new Set(['Unexpected end of data', 'Stream was destroyed']);
