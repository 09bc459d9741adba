import { createHash, randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FileUnpack, type FileUnpacked } from '@coder/api/agent';
import { AgentFault, errnoOf, fileFault } from '../fault.ts';
import { bodyParts } from '../http/body.ts';
import { parse } from '../http/parse.ts';
import type { AgentRequest, Answer } from '../http/request.ts';
import { type Places, resolvePath } from '../paths.ts';
import { checkedSum } from './announced-sum.ts';
import { mergeFolder } from './merge-folder.ts';
import { extractTar } from './tar-entries.ts';
import { target } from './write.ts';

/**
 * Takes a folder as a tar. All of it is unpacked beside its place first, and checked; only then it goes there: a new folder
 * at once, and into one that is there file by file. What breaks off before leaves nothing.
 */
export async function unpack(
  places: Places,
  request: AgentRequest,
  announced: () => string | undefined,
): Promise<Answer> {
  const query = parse(FileUnpack, request.query);
  const path = await target(resolvePath(places, query.path, query.relative_to));
  const isThere = await isFolder(path, query.overwrite);
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`);
  const hash = createHash('sha256');
  async function* hashed() {
    for await (const part of bodyParts(request.stream)) {
      hash.update(part);
      yield part;
    }
  }
  try {
    await mkdir(folder, { recursive: true, mode: 0o755 });
    // Nobody else looks into it before it is whole.
    await mkdir(temporary, { mode: 0o700 });
    const { mode, ...counted } = await extractTar(hashed(), temporary, {
      strip: query.strip,
      maxBytes: query.max_bytes,
      maxEntries: query.max_entries,
    });
    const sha256 = checkedSum(hash, announced(), path);
    if (isThere) await mergeFolder(temporary, path);
    else await place(temporary, path, mode);
    return { body: { path, ...counted, sha256, created: !isThere } satisfies FileUnpacked };
  } catch (error) {
    throw fileFault(error, path);
  } finally {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
  }
}

/** Whether there is a folder that may be unpacked into; a fault for anything that is in the way. */
async function isFolder(path: string, overwrite: boolean): Promise<boolean> {
  const found = await lstat(path).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw fileFault(error, path);
  });
  if (!found) return false;
  if (!found.isDirectory()) {
    throw new AgentFault('not_a_directory', `${path} is there already and is not a folder.`, {
      path,
      field: 'path',
    });
  }
  if (overwrite) return true;
  throw new AgentFault('exists', `${path} already exists. Choose another path, or set overwrite.`, {
    path,
    field: 'path',
  });
}

async function place(temporary: string, path: string, mode: number): Promise<void> {
  await chmod(temporary, mode);
  await rename(temporary, path).catch((error: unknown) => {
    // Somebody has made it in the meantime.
    if (!['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(errnoOf(error) ?? '')) throw error;
    throw new AgentFault('exists', `${path} has come into being meanwhile, and is left as it is.`, { path });
  });
}
