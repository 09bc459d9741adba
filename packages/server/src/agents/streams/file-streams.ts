import { FILE_MODE_HEADER, FileArchive, FileDownload, FileUnpack, FileUpload } from '@coder/api/agent';
import type { RawRequest } from '../../http/index.ts';
import type { AgentAccess } from '../routes/access.ts';
import { holdLast } from './hold-last.ts';
import { parseInput, queryOf } from './parse-input.ts';
import { bodyOf, streamResponse } from './pass-stream.ts';

/** Streams a file into the workspace. With `sha256` nothing is written unless every byte has arrived. */
export async function uploadFile(
  access: AgentAccess,
  { context, request, url, params }: RawRequest,
): Promise<Response> {
  const query = parseInput(FileUpload, queryOf(url));
  context.audit.field('path', query.path);
  const written = await access.use(context, params.agent ?? '', 'ssh', ({ files }, call) =>
    files.upload(query, bodyOf(request), call),
  );
  return Response.json(written);
}

/** Streams a file, or a part of it, out of the workspace. Bytes that do not have the sum the agent says end in a broken answer. */
export async function downloadFile(
  access: AgentAccess,
  { context, url, params }: RawRequest,
): Promise<Response> {
  const query = parseInput(FileDownload, queryOf(url));
  context.audit.field('path', query.path);
  const { size, etag, mode, body } = await access.use(context, params.agent ?? '', 'ssh', ({ files }, call) =>
    files.download(query, call),
  );
  return streamResponse(holdLast(body), {
    ...downloadHeaders(query.path.split('/').at(-1) || 'file'),
    'Content-Length': String(size),
    ETag: etag,
    [FILE_MODE_HEADER]: mode,
  });
}

/** Streams a folder out of the workspace as a tar. */
export async function archiveFolder(
  access: AgentAccess,
  { context, url, params }: RawRequest,
): Promise<Response> {
  const query = parseInput(FileArchive, queryOf(url));
  context.audit.field('path', query.path);
  const tar = await access.use(context, params.agent ?? '', 'ssh', ({ files }, call) =>
    files.archive(query, call),
  );
  const name = query.path.replace(/\/+$/, '').split('/').at(-1) || 'folder';
  return streamResponse(tar, { ...downloadHeaders(`${name}.tar`), 'Content-Type': 'application/x-tar' });
}

/** Streams a tar into the workspace, where it becomes a folder once all of it has arrived. */
export async function unpackFolder(
  access: AgentAccess,
  { context, request, url, params }: RawRequest,
): Promise<Response> {
  const query = parseInput(FileUnpack, queryOf(url));
  context.audit.field('path', query.path);
  const unpacked = await access.use(context, params.agent ?? '', 'ssh', ({ files }, call) =>
    files.unpack(query, bodyOf(request), call),
  );
  return Response.json(unpacked);
}

/** What comes out of a workspace is a file to be saved, never a page of this origin. */
export function downloadHeaders(name: string): Record<string, string> {
  return {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    'Content-Security-Policy': 'sandbox',
    'Cache-Control': 'no-store',
  };
}
