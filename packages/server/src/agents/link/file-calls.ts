import { createHash } from 'node:crypto';
import { type ClientHttp2Session, constants } from 'node:http2';
import type { Readable } from 'node:stream';
import {
  agentPaths,
  ERROR_TRAILER,
  FILE_BYTES_HEADER,
  FILE_MODE_HEADER,
  type FileArchiveInput,
  type FileBytes,
  FileBytesHead,
  type FileDownloadInput,
  FileEdited,
  type FileEditInput,
  FileInfo,
  FileLines,
  type FileListInput,
  FileListing,
  FileMatches,
  type FileMkdirInput,
  type FileMoveInput,
  type FileReadBytesInput,
  type FileReadLinesInput,
  FileRemoved,
  type FileRemoveInput,
  type FileSearchInput,
  type FileStatInput,
  FileUnpacked,
  type FileUnpackInput,
  type FileUploadQuery,
  type FileWriteInput,
  FileWritten,
  SHA256_TRAILER,
} from '@coder/api/agent';
import { type AgentError, AgentUnreachable, agentErrorFrom } from './agent-error.ts';
import { bytesLimit, EDITED, linesLimit, listLimit, SHORT, SOME, searchLimit } from './answer-limits.ts';
import { sendBody, sendSummedBody } from './body.ts';
import { parts } from './parts.ts';
import {
  type CallOptions,
  callJson,
  type OpenCall,
  openCall,
  type Query,
  readAll,
  readJson,
  withQuery,
} from './request.ts';

type UploadInput = Omit<FileUploadQuery, 'create_only'> & { create_only?: boolean };

interface Download {
  /** In bytes, of what is sent. */
  size: number;
  etag: string;
  /** Octal. */
  mode: string;
  /** Throws at the end when the bytes do not have the sum that the agent says; then nothing of it may be used. */
  body: AsyncGenerator<Buffer>;
}

export interface FileCalls {
  stat(input: FileStatInput, options?: CallOptions): Promise<FileInfo>;
  list(input: FileListInput, options?: CallOptions): Promise<FileListing>;
  readLines(input: FileReadLinesInput, options?: CallOptions): Promise<FileLines>;
  readBytes(input: FileReadBytesInput, options?: CallOptions): Promise<FileBytes>;
  write(input: FileWriteInput, options?: CallOptions): Promise<FileWritten>;
  edit(input: FileEditInput, options?: CallOptions): Promise<FileEdited>;
  move(input: FileMoveInput, options?: CallOptions): Promise<FileInfo>;
  remove(input: FileRemoveInput, options?: CallOptions): Promise<FileRemoved>;
  mkdir(input: FileMkdirInput, options?: CallOptions): Promise<FileInfo>;
  search(input: FileSearchInput, options?: CallOptions): Promise<FileMatches>;
  upload(
    input: UploadInput,
    body: Uint8Array | Readable | AsyncIterable<Uint8Array>,
    options?: CallOptions,
  ): Promise<FileWritten>;
  download(input: FileDownloadInput, options?: CallOptions): Promise<Download>;
  /** An uncompressed tar of a folder. Throws at its end as the body of a download does. */
  archive(input: FileArchiveInput, options?: CallOptions): Promise<AsyncGenerator<Buffer>>;
  /** As `upload`, of a body that is checked against its sum before anything of it is kept. */
  uploadSummed(
    input: UploadInput,
    body: AsyncIterable<Uint8Array>,
    options?: CallOptions,
  ): Promise<FileWritten>;
  /** Makes a folder of an uncompressed tar, which is checked in the same way. */
  unpack(
    input: FileUnpackInput,
    body: AsyncIterable<Uint8Array>,
    options?: CallOptions,
  ): Promise<FileUnpacked>;
}

/** The answer comes after the last byte: how long that takes only the caller knows. */
const NO_DEADLINE_MS = 2_147_483_647;

export function createFileCalls(session: ClientHttp2Session): FileCalls {
  return {
    stat: (body, options) => callJson(session, 'POST', agentPaths.fileStat, FileInfo, { ...options, body }),
    list: (body, options) =>
      callJson(session, 'POST', agentPaths.fileList, FileListing, {
        ...options,
        body,
        limit: listLimit(body),
      }),
    readLines: (body, options) =>
      callJson(session, 'POST', agentPaths.fileReadLines, FileLines, {
        ...options,
        body,
        limit: linesLimit(body),
      }),
    async readBytes(input, options = {}) {
      const headers = {
        ':method': 'POST',
        ':path': agentPaths.fileReadBytes,
        'content-type': 'application/json',
      };
      const open = await openCall(session, headers, options, (stream) => stream.end(JSON.stringify(input)));
      const head = FileBytesHead.parse(
        JSON.parse(decodeURIComponent(String(open.headers[FILE_BYTES_HEADER]))),
      );
      const bytes = await readAll(open.stream, bytesLimit(input.limit)).catch((error: unknown) => {
        throw open.failure() ?? error;
      });
      if (bytes.length !== head.bytes) {
        throw new AgentUnreachable('broken', 'The answer of the workspace agent broke off.');
      }
      // The agent decides only what it was left to: base64 that was asked for can be taken for base64.
      const encoding =
        input.encoding === undefined || input.encoding === 'auto' ? head.encoding : input.encoding;
      return { ...head, encoding, content: bytes.toString(encoding === 'text' ? 'utf8' : 'base64') };
    },
    write: (body, options) =>
      callJson(session, 'POST', agentPaths.fileWrite, FileWritten, { ...options, body }),
    edit: (body, options) =>
      callJson(session, 'POST', agentPaths.fileEdit, FileEdited, { ...options, body, limit: EDITED }),
    move: (body, options) => callJson(session, 'POST', agentPaths.fileMove, FileInfo, { ...options, body }),
    remove: (body, options) =>
      callJson(session, 'POST', agentPaths.fileRemove, FileRemoved, { ...options, body }),
    mkdir: (body, options) => callJson(session, 'POST', agentPaths.fileMkdir, FileInfo, { ...options, body }),
    search: (body, options) =>
      callJson(session, 'POST', agentPaths.fileSearch, FileMatches, {
        ...options,
        body,
        limit: searchLimit(body),
      }),
    async upload(input, body, options = {}) {
      const headers = { ':method': 'PUT', ':path': withQuery(agentPaths.fileUpload, { ...input }) };
      const open = await openCall(session, headers, { deadlineMs: NO_DEADLINE_MS, ...options }, (stream) =>
        sendBody(stream, body),
      );
      return readJson(open, FileWritten, SHORT);
    },
    async uploadSummed(input, body, options = {}) {
      const path = withQuery(agentPaths.fileUpload, { ...input });
      return readJson(await putSummed(session, path, body, options), FileWritten, SHORT);
    },
    async unpack(input, body, options = {}) {
      const path = withQuery(agentPaths.fileUnpack, { ...input } as Query);
      return readJson(await putSummed(session, path, body, options), FileUnpacked, SOME);
    },
    async download(input, options = {}) {
      const path = withQuery(agentPaths.fileDownload, { ...input } as Record<
        string,
        string | number | undefined
      >);
      const { open, announced } = await openSummed(session, path, options);
      return {
        size: Number(open.headers['content-length']),
        etag: String(open.headers.etag),
        mode: String(open.headers[FILE_MODE_HEADER]),
        body: checkedBody(open, (sum) => announced() === sum),
      };
    },
    async archive(input, options = {}) {
      const path = withQuery(agentPaths.fileArchive, { ...input });
      const { open, announced, refused } = await openSummed(session, path, options);
      // An agent of an earlier version says nothing of the sum.
      return checkedBody(open, (sum) => (announced() ?? sum) === sum, refused);
    },
  };
}

/** The bytes of an answer; leaving early cancels the call, an answer that breaks off throws. */
async function* body(open: OpenCall): AsyncGenerator<Buffer> {
  try {
    yield* parts(open.stream);
  } catch (error) {
    throw open.failure() ?? error;
  } finally {
    open.stream.close(constants.NGHTTP2_CANCEL);
  }
}

/** Asks for a body that the agent sends its sum behind. */
async function openSummed(session: ClientHttp2Session, path: string, options: CallOptions) {
  let sha256: string | undefined;
  let refusal: AgentError | undefined;
  const open = await openCall(session, { ':method': 'GET', ':path': path }, options, (stream) => {
    // Listened for from the start: of a short file the trailers come with the headers.
    stream.once('trailers', (trailers) => {
      const value = trailers[SHA256_TRAILER];
      if (typeof value === 'string') sha256 = value;
      const told = trailers[ERROR_TRAILER];
      if (typeof told === 'string') refusal = agentErrorFrom(200, decoded(told));
    });
    stream.end();
  });
  return { open, announced: () => sha256, refused: () => refusal };
}

/** Sends a body with its sum behind it. */
function putSummed(
  session: ClientHttp2Session,
  path: string,
  data: AsyncIterable<Uint8Array>,
  options: CallOptions,
): Promise<OpenCall> {
  const headers = { ':method': 'PUT', ':path': path };
  const call = { deadlineMs: NO_DEADLINE_MS, ...options, waitForTrailers: true };
  return openCall(session, headers, call, (stream) => sendSummedBody(stream, data));
}

/** What is no percent-encoding is no explanation either. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/** `refused` tells, at the end, why the agent could not send all of it. */
async function* checkedBody(
  open: OpenCall,
  isRight: (sum: string) => boolean,
  refused: () => AgentError | undefined = () => undefined,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const part of body(open)) {
    hash.update(part);
    yield part;
  }
  const refusal = refused();
  if (refusal) throw refusal;
  if (!isRight(hash.digest('hex'))) {
    throw new AgentUnreachable('broken', 'The file did not arrive as it was sent. Download it again.');
  }
}
