import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ERROR_TRAILER, FileArchiveFor, SHA256_TRAILER } from '@coder/api/agent';
import { AgentFault, fileFault } from '../fault.ts';
import { parse } from '../http/parse.ts';
import { type AgentRequest, writeWithBackpressure } from '../http/request.ts';
import { type Places, resolvePath } from '../paths.ts';

/** So much of an archive is kept before the answer begins: what fails until then is answered as any failure. */
const HELD_BYTES = 512 * 1024;
/** Of what tar says, which of a folder with many unreadable files is much. */
const COMPLAINTS_KEPT = 64 * 1024;

/**
 * Sends a folder as a tar, made by the workspace's own `tar`; its sha256 follows in the trailer. When tar could not read
 * all of it, the trailer says so, and which.
 */
export async function archive(places: Places, request: AgentRequest): Promise<undefined> {
  const query = parse(FileArchiveFor, request.query);
  const named = resolvePath(places, query.path, query.relative_to);
  // Of a link to a folder the folder is meant.
  const path = await realpath(named).catch((error: unknown) => Promise.reject(fileFault(error, named)));
  if (query.into !== undefined) await refuseInside(path, resolvePath(places, query.into, query.relative_to));
  const { stream, signal } = request;
  const parent = dirname(path);
  const child = spawn('tar', ['-C', parent, '-cf', '-', '--', basename(path) || '.'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // What it complains of is read.
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    signal,
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) =>
      reject(
        new AgentFault(
          'not_found',
          'This workspace has no tar program. Install tar, or download the files one by one.',
          { cause },
        ),
      ),
    );
    child.once('close', resolve);
  });
  ended.catch(() => {});
  await new Promise((resolve) => child.once('spawn', resolve).once('error', resolve));
  if (child.pid === undefined) {
    await ended;
    return undefined;
  }
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(0, COMPLAINTS_KEPT);
  });
  const hash = createHash('sha256');
  let fault: AgentFault | undefined;
  let held: Buffer[] | undefined = [];
  let size = 0;

  async function begin(): Promise<boolean> {
    const parts = held ?? [];
    held = undefined;
    stream.respond({ ':status': 200, 'content-type': 'application/x-tar' }, { waitForTrailers: true });
    stream.once('wantTrailers', () =>
      stream.sendTrailers(
        fault
          ? { [SHA256_TRAILER]: '', [ERROR_TRAILER]: encodeURIComponent(JSON.stringify(fault.toBody())) }
          : { [SHA256_TRAILER]: hash.digest('hex') },
      ),
    );
    for (const part of parts) if (!(await writeWithBackpressure(stream, part))) return false;
    return true;
  }

  for await (const part of child.stdout as AsyncIterable<Buffer>) {
    hash.update(part);
    size += part.length;
    if (held) {
      held.push(part);
      if (size >= HELD_BYTES && !(await begin())) return undefined;
    } else if (!(await writeWithBackpressure(stream, part))) return undefined;
  }
  fault = faultOf(await ended, complaints, parent, path);
  if (held) {
    if (fault) throw fault;
    if (!(await begin())) return undefined;
  }
  stream.end();
  return undefined;
}

/** A folder that is copied into itself would never end. `path` is free of links. */
async function refuseInside(path: string, into: string): Promise<void> {
  const place = `${await withoutLinks(into)}/`;
  if (!place.startsWith(path === '/' ? path : `${path}/`)) return;
  throw new AgentFault('invalid_input', `${path} cannot be copied into itself. Choose another path.`, {
    path: into,
    field: 'path',
  });
}

/** Where something would be made, of which the last parts are not there yet. */
async function withoutLinks(path: string): Promise<string> {
  const found = await realpath(path).catch(() => undefined);
  if (found !== undefined || dirname(path) === path) return found ?? path;
  return join(await withoutLinks(dirname(path)), basename(path));
}

/** Why an archive is not complete, or undefined when it is. `parent` is where the names in the complaints begin. */
function faultOf(
  code: number | null,
  complaints: string,
  parent: string,
  path: string,
): AgentFault | undefined {
  const lines = complaints.split('\n').filter((line) => line.startsWith('tar: '));
  const unreadable = lines.flatMap((line) => {
    const found =
      /^tar: (?<name>.+): Cannot [\w ]+: Permission denied$/.exec(line) ??
      /^tar: can't [\w ]+ '(?<name>.+)': Permission denied$/.exec(line);
    return found?.groups?.name === undefined ? [] : [found.groups.name];
  });
  const [first] = unreadable;
  if (first !== undefined) {
    const more = unreadable.length === 1 ? '' : ` (nor ${unreadable.length - 1} more of it)`;
    const place = join(parent, first);
    return new AgentFault(
      'permission_denied',
      `The workspace's user may not read ${place}${more}, so ${path} cannot be archived or copied whole. Make it readable (chmod u+rX), or move it elsewhere.`,
      { path: place },
    );
  }
  // 1 means that files changed while they were read, which in a folder at work is no failure.
  if (code === 0 || code === 1) return undefined;
  const said = lines.find((line) => !line.includes('Exiting with failure status'));
  return new AgentFault(
    'internal',
    `tar ended with exit code ${code}, so the archive of ${path} is not complete${said === undefined ? '' : `: ${said}`}.`,
    { path },
  );
}
