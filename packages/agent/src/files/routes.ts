import {
  FILE_BYTES_HEADER,
  FileEdit,
  FileList,
  FileMkdir,
  FileMove,
  FileReadBytes,
  FileReadLines,
  FileRemove,
  FileSearch,
  FileStat,
  FileWrite,
} from '@coder/api/agent';
import type * as z from 'zod';
import { AgentFault } from '../fault.ts';
import { parse } from '../http/parse.ts';
import type { AgentRequest } from '../http/request.ts';
import type { Route } from '../http/server.ts';
import { type Places, resolvePath } from '../paths.ts';
import { announcedSum } from './announced-sum.ts';
import { archive } from './archive.ts';
import { editFiles } from './edit.ts';
import { listFolder, makeFolder, move, remove } from './folders.ts';
import { fileInfo, hashedInfo } from './info.ts';
import { readBytes, readLines } from './read.ts';
import { search } from './search.ts';
import { download, upload } from './transfer.ts';
import { writeFileAtomically } from './write.ts';

interface At {
  path: string;
  relative_to?: 'home' | 'directory' | undefined;
}

/** Node decodes whatever it is given; what is not base64 would become a damaged file. */
function contentBytes(content: string, encoding: 'text' | 'base64'): Buffer {
  if (encoding === 'text') return Buffer.from(content);
  if (/[^A-Za-z0-9+/=\s]/.test(content)) {
    throw new AgentFault('invalid_input', 'content is not base64. Encode it, or send it as text.', {
      field: 'content',
    });
  }
  return Buffer.from(content, 'base64');
}

export function fileRoutes(places: Places): Route[] {
  /** A POST with a JSON body about one path. */
  const about = <S extends z.ZodType<At>>(
    path: string,
    schema: S,
    run: (path: string, input: z.output<S>, request: AgentRequest) => Promise<unknown>,
  ): Route => ({
    method: 'POST',
    path: `/v1/files/${path}`,
    async handler(request) {
      const input = parse(schema, await request.json());
      return { body: await run(resolvePath(places, input.path, input.relative_to), input, request) };
    },
  });
  return [
    about('stat', FileStat, (path, input) =>
      input.sha256 ? hashedInfo(path, input.follow) : fileInfo(path, input.follow),
    ),
    about('list', FileList, (path, input) => listFolder(path, input.limit, input.cursor)),
    about('read-lines', FileReadLines, (path, input) => readLines(path, input)),
    {
      method: 'POST',
      path: '/v1/files/read-bytes',
      async handler({ stream, json }) {
        const input = parse(FileReadBytes, await json());
        const { head, bytes } = await readBytes(resolvePath(places, input.path, input.relative_to), input);
        if (stream.destroyed) return undefined;
        stream.respond({
          ':status': 200,
          'content-type': 'application/octet-stream',
          [FILE_BYTES_HEADER]: encodeURIComponent(JSON.stringify(head)),
        });
        stream.end(bytes);
        return undefined;
      },
    },
    about('write', FileWrite, (path, input) =>
      writeFileAtomically(
        { path, mode: input.mode, ifMatch: input.if_match, createOnly: input.create_only },
        contentBytes(input.content, input.encoding),
      ),
    ),
    about('move', FileMove, (path, input) =>
      move(path, resolvePath(places, input.destination, input.relative_to, 'destination'), input.overwrite),
    ),
    about('remove', FileRemove, async (path, input) => {
      await remove(path, input.recursive, places.home);
      return { path };
    }),
    about('mkdir', FileMkdir, (path, input) => makeFolder(path, input.mode)),
    about('search', FileSearch, (path, input, request) => search(path, input, request.signal)),
    {
      method: 'POST',
      path: '/v1/files/edit',
      handler: async (request) => ({ body: await editFiles(places, parse(FileEdit, await request.json())) }),
    },
    { method: 'PUT', path: '/v1/files/upload', handler: (request) => upload(places, request) },
    { method: 'GET', path: '/v1/files/download', handler: (request) => download(places, request) },
    { method: 'GET', path: '/v1/files/archive', handler: (request) => archive(places, request) },
    {
      method: 'PUT',
      path: '/v1/files/unpack',
      async handler(request) {
        const announced = announcedSum(request.stream);
        // Most workspaces never unpack anything, and every agent should start fast.
        const { unpack } = await import('./unpack.ts');
        return unpack(places, request, announced);
      },
    },
  ];
}
