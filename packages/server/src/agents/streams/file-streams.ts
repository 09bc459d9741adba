import { FILE_MODE_HEADER, FileArchive, FileDownload, FileUnpack, FileUpload } from '@coder/api/agent';
import type { RawRequest } from '../../http/index.ts';
import type { AgentAccess } from '../routes/access.ts';
import { holdLast } from './hold-last.ts';
import { parseInput } from './parse-input.ts';
import { bodyOf, streamResponse } from './pass-stream.ts';

/** Streams a file into the workspace. With `sha256` nothing is written unless every byte has arrived. */
export async function uploadFile(
  access: AgentAccess,
  { context, request, params, query }: RawRequest,
): Promise<Response> {
  const input = parseInput(FileUpload, query);
  context.audit.field('path', input.path);
  const written = await access.use(context, params.agent ?? '', 'ssh', ({ files }, call) =>
    files.upload(input, bodyOf(request), call),
  );
  return Response.json(written);
}

/** Streams a file, or a part of it, out of the workspace. Bytes that do not have the sum the agent says end in a broken answer. */
export async function downloadFile(
  access: AgentAccess,
  { context, params, query }: RawRequest,
): Promise<Response> {
  const input = parseInput(FileDownload, query);
  context.audit.field('path', input.path);
  const { size, etag, mode, body } = await access.use(context, params.agent ?? '', 'ssh', ({ files }, call) =>
    files.download(input, call),
  );
  return streamResponse(holdLast(body), {
    ...downloadHeaders(input.path.split('/').at(-1) || 'file'),
    'Content-Length': String(size),
    ETag: etag,
    [FILE_MODE_HEADER]: mode,
  });
}

/** Streams a folder out of the workspace as a tar. */
export async function archiveFolder(
  access: AgentAccess,
  { context, params, query }: RawRequest,
): Promise<Response> {
  const input = parseInput(FileArchive, query);
  context.audit.field('path', input.path);
  const tar = await access.use(context, params.agent ?? '', 'ssh', ({ files }, call) =>
    files.archive(input, call),
  );
  const name = input.path.replace(/\/+$/, '').split('/').at(-1) || 'folder';
  return streamResponse(tar, { ...downloadHeaders(`${name}.tar`), 'Content-Type': 'application/x-tar' });
}

/** Streams a tar into the workspace, where it becomes a folder once all of it has arrived. */
export async function unpackFolder(
  access: AgentAccess,
  { context, request, params, query }: RawRequest,
): Promise<Response> {
  const input = parseInput(FileUnpack, query);
  context.audit.field('path', input.path);
  const unpacked = await access.use(context, params.agent ?? '', 'ssh', ({ files }, call) =>
    files.unpack(input, bodyOf(request), call),
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
