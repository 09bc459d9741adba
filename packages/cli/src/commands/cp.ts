import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ApiClient } from '@coder/api';
import { FileUnpacked } from '@coder/api/agent';
import { Command } from 'commander';
import { extract } from 'tar-stream';
import { ensureRunning } from '../builds.ts';
import { CliError } from '../cli-error.ts';
import { bytes } from '../output/print.ts';
import { packFolder } from '../pack-folder.ts';
import { clientOf } from '../session/context.ts';
import { findWorkspace, parseWorkspaceRef } from '../workspace-ref.ts';
import { parseCopy } from './cp/places.ts';

const remote = (agent: string, what: string, path: string) =>
  `/workspaceagents/${agent}/files/${what}?path=${encodeURIComponent(path)}&relative_to=home`;

async function uploadFile(client: ApiClient, agent: string, from: string, to: string): Promise<number> {
  const { size, mode } = await stat(from);
  const query = `&mode=${(mode & 0o777).toString(8).padStart(4, '0')}`;
  await client.raw(remote(agent, 'upload', to) + query, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body: Readable.toWeb(createReadStream(from)) as ReadableStream<Uint8Array>,
    duplex: 'half',
  } as RequestInit);
  return size;
}

/** One request, however many files there are: each of them would otherwise count against the limit of requests. */
async function uploadFolder(client: ApiClient, agent: string, from: string, to: string): Promise<number> {
  const packed = packFolder(from);
  // What could not be read here would otherwise look like a server that cannot be reached.
  let unread: Error | undefined;
  packed.once('error', (error) => {
    unread = error;
  });
  try {
    const response = await client.raw(`${remote(agent, 'unpack', to)}&overwrite=true`, {
      method: 'PUT',
      headers: { 'content-type': 'application/x-tar' },
      body: Readable.toWeb(packed) as ReadableStream<Uint8Array>,
      duplex: 'half',
    } as RequestInit);
    return FileUnpacked.parse(await response.json()).bytes;
  } catch (error) {
    if (unread)
      throw new CliError(`"${from}" could not be read whole: ${unread.message}. Nothing was copied.`);
    throw error;
  }
}

/** Where a copy of `from` goes: into a folder that is there already, otherwise it takes the name that was given. */
async function targetOf(from: string, to: string): Promise<string> {
  const there = await stat(to).catch(() => undefined);
  // The home directory has no name that a copy of it should have.
  return there?.isDirectory() ? join(to, from === '~' ? '' : basename(from)) : to;
}

async function downloadFolder(client: ApiClient, agent: string, from: string, to: string): Promise<number> {
  const response = await client.raw(remote(agent, 'archive', from));
  const root = resolve(await targetOf(from, to));
  let total = 0;
  const archive = extract();
  archive.on('entry', (header, stream, next) => {
    // Every name begins with that of the folder, in whose place the copy's name stands.
    const target = resolve(root, header.name.replace(/^[^/]*\/?/, ''));
    // What a workspace sends is data: it may not write outside the folder the user named.
    if (target !== root && !target.startsWith(root + sep)) {
      next(
        new CliError(
          `The archive holds "${header.name}", which would leave ${root}. Nothing more was copied.`,
        ),
      );
      return;
    }
    const write = async () => {
      if (header.type === 'directory') await mkdir(target, { recursive: true });
      else if (header.type === 'file') {
        await mkdir(dirname(target), { recursive: true });
        await pipeline(stream, createWriteStream(target, { mode: (header.mode ?? 0o644) & 0o777 }));
        total += header.size ?? 0;
      }
      stream.resume();
    };
    write().then(() => next(), next);
  });
  await pipeline(Readable.fromWeb(response.body as never), archive);
  return total;
}

async function downloadFile(client: ApiClient, agent: string, from: string, to: string): Promise<number> {
  const response = await client.raw(remote(agent, 'download', from));
  const target = await targetOf(from, to);
  await pipeline(Readable.fromWeb(response.body as never), createWriteStream(target));
  return (await stat(target)).size;
}

async function copyIn(client: ApiClient, agent: string, from: string, to: string, recursive: boolean) {
  const local = await stat(from).catch(() => {
    throw new CliError(`There is no "${from}" here.`);
  });
  const into = await client.files.stat({ agent, path: to, relative_to: 'home' }).catch(() => undefined);
  const target =
    into?.type === 'directory' || to.endsWith('/')
      ? `${to.replace(/\/$/, '')}/${basename(resolve(from))}`
      : to;
  if (!local.isDirectory()) return uploadFile(client, agent, from, target);
  if (!recursive) throw new CliError(`"${from}" is a folder. Copy it with --recursive.`);
  return uploadFolder(client, agent, resolve(from), target);
}

async function copyOut(client: ApiClient, agent: string, from: string, to: string, recursive: boolean) {
  const there = await client.files.stat({ agent, path: from, relative_to: 'home' });
  if (there.type !== 'directory') return downloadFile(client, agent, from, to);
  if (!recursive) throw new CliError(`"${from}" is a folder. Copy it with --recursive.`);
  return downloadFolder(client, agent, from, to);
}

export function cpCommand(): Command {
  return new Command('cp')
    .description('Copy files between this machine and a workspace')
    .argument('<from>', 'a path here, or <workspace>:<path>')
    .argument('<to>', 'a path here, or <workspace>:<path>')
    .option('-r, --recursive', 'copy folders')
    .addHelpText('after', '\nA path in a workspace begins in the home directory, unless it begins with "/".')
    .action(async (fromText: string, toText: string, flags: { recursive?: boolean }, command: Command) => {
      const { from, to } = parseCopy(fromText, toText, flags.recursive);
      const ref = from.workspace ?? to.workspace ?? '';
      const client = clientOf(command);
      const agent = await ensureRunning(
        client,
        await findWorkspace(client, ref),
        parseWorkspaceRef(ref).agent,
      );
      const copy = from.workspace === undefined ? copyIn : copyOut;
      const total = await copy(client, agent.id, from.path, to.path, flags.recursive ?? false);
      console.log(`Copied ${bytes(total)}.`);
    });
}
