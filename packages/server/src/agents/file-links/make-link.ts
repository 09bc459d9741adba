import { randomUUID } from 'node:crypto';
import {
  API_PREFIX,
  ApiError,
  type createFileLinkSchema,
  type FileLink,
  MAX_LINK_BYTES,
  rawRoutes,
} from '@coder/api';
import type { FileInfo } from '@coder/api/agent';
import type * as z from 'zod';
import type { Clock } from '../../clock.ts';
import type { RequestContext } from '../../http/index.ts';
import { AgentError, type FileCalls } from '../link/index.ts';
import type { AgentAccess, CallSignal } from '../routes/access.ts';
import type { FileTickets } from './ticket.ts';

type LinkRequest = z.output<typeof createFileLinkSchema> & { agent: string };
type Deps = { access: AgentAccess; tickets: FileTickets; clock: Clock; accessUrl: string };

/** Makes the address of a file as it is now, for whoever may work in its workspace. */
export async function makeLink(
  { access, tickets, clock, accessUrl }: Deps,
  context: RequestContext,
  request: LinkRequest,
): Promise<FileLink> {
  const { direction, agent, max_bytes: maxBytes, sha256 = null } = request;
  const keyId = context.actor?.key.id;
  if (keyId === undefined) throw new ApiError('UNAUTHENTICATED');
  context.audit.field('path', request.path);
  context.audit.field('direction', direction);
  const file = await access.use(context, agent, 'ssh', ({ files }, call) =>
    direction === 'download' ? readable(files, request.path, call) : writable(files, request, call),
  );
  const expiresAt = clock.now().getTime() + request.expires_in_ms;
  const { path, etag } = file;
  const ticket = {
    id: randomUUID(),
    direction,
    keyId,
    agentId: agent,
    path,
    etag,
    sha256,
    maxBytes,
    expiresAt,
  };
  const name = encodeURIComponent(path.split('/').at(-1) || 'file');
  const route = rawRoutes.readFileLink.path.replace('{name}', name);
  const download = direction === 'download';
  return {
    url: `${accessUrl}${API_PREFIX}${route}?ticket=${tickets.issue(ticket)}`,
    method: download ? 'GET' : 'PUT',
    path,
    expires_at: new Date(expiresAt).toISOString(),
    size: download ? file.size : null,
    sha256: download ? (file.sha256 ?? null) : sha256,
    max_bytes: download ? null : maxBytes,
  };
}

async function readable(files: FileCalls, path: string, call: CallSignal): Promise<FileInfo> {
  // Of a long file the sum takes long, and it is no plain call then.
  const file = await files.stat({ path, sha256: true }, { ...call, deadlineMs: 60_000 });
  requireFile(file);
  if (file.size <= MAX_LINK_BYTES) return file;
  throw new ApiError('PAYLOAD_TOO_LARGE', {
    message: `${file.path} has ${file.size} bytes; a link passes on at most ${MAX_LINK_BYTES}.`,
    detail: 'Split the file, or download it with "coder cp".',
  });
}

type Place = Pick<FileInfo, 'path' | 'etag' | 'size' | 'sha256'>;

async function writable(
  files: FileCalls,
  { path, overwrite }: LinkRequest,
  call: CallSignal,
): Promise<Place> {
  const file = await files.stat({ path }, call).catch((error: unknown) => {
    if (error instanceof AgentError && error.code === 'not_found') return undefined;
    throw error;
  });
  if (!file) return { path: await absolute(files, path, call), etag: null, size: 0 };
  requireFile(file);
  if (overwrite) return file;
  throw new ApiError('CONFLICT', {
    message: `${file.path} already exists.`,
    detail: 'Choose another path, or set overwrite.',
  });
}

/** Of a path that nothing has yet; the agent knows where `~` is. */
async function absolute(files: FileCalls, path: string, call: CallSignal): Promise<string> {
  if (path.startsWith('/')) return path;
  const home = await files.stat({ path: '~', follow: false }, call);
  return path.replace(/^~/, home.path);
}

function requireFile({ path, type }: FileInfo): void {
  if (type === 'file') return;
  throw new ApiError('BAD_REQUEST', {
    message: `${path} is ${type === 'directory' ? 'a folder' : 'not a regular file'}.`,
    detail: 'Give the path of a file; of a folder make a tar first.',
  });
}
