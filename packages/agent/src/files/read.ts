import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { extname } from 'node:path';
import type { FileBytesHead, FileLines, FileReadBytes, FileReadLines } from '@coder/api/agent';
import type * as z from 'zod';
import { AgentFault, fileFault } from '../fault.ts';
import { incompleteTail } from '../processes/utf8.ts';
import { etagOf, regularFile } from './info.ts';

/** Reads up to `length` bytes; fewer only at the end of the file. */
async function readAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const out = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(out, done, length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return out.subarray(0, done);
}

/** Whether the bytes are UTF-8 text without NUL; `more` says that the file goes on, so that the last character may be cut. */
export function isText(bytes: Buffer, more: boolean): boolean {
  if (bytes.includes(0)) return false;
  const whole = more ? bytes.subarray(0, bytes.length - incompleteTail(bytes)) : bytes;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(whole);
    return true;
  } catch {
    return false;
  }
}

const mimeTypes: Record<string, string> = {
  '.css': 'text/css',
  '.csv': 'text/csv',
  '.gif': 'image/gif',
  '.htm': 'text/html',
  '.html': 'text/html',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.md': 'text/markdown',
  '.mjs': 'text/javascript',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.wasm': 'application/wasm',
  '.webp': 'image/webp',
  '.xml': 'text/xml',
  '.yaml': 'application/yaml',
  '.yml': 'application/yaml',
  '.zip': 'application/zip',
};

/** Reads bytes from an offset. As text, a character cut by the limit is left for the next read. */
export async function readBytes(
  path: string,
  input: z.output<typeof FileReadBytes>,
): Promise<{ head: FileBytesHead; bytes: Buffer }> {
  const stats = await regularFile(path);
  try {
    await using handle = await open(path, 'r');
    let bytes = await readAt(
      handle,
      input.offset,
      Math.min(input.limit, Math.max(1, Number(stats.size) - input.offset + 65_536)),
    );
    // Files of /proc say that they are empty, and are not.
    const size = Math.max(Number(stats.size), bytes.length > 0 ? input.offset + bytes.length : 0);
    const more = input.offset + bytes.length < size;
    const text = input.encoding === 'text' || (input.encoding === 'auto' && isText(bytes, more));
    if (text && more) {
      const cut = incompleteTail(bytes);
      if (cut < bytes.length) bytes = bytes.subarray(0, bytes.length - cut);
    }
    const end = input.offset + bytes.length;
    const head: FileBytesHead = {
      path,
      encoding: text ? 'text' : 'base64',
      binary: !text,
      offset: input.offset,
      bytes: bytes.length,
      size,
      etag: etagOf(stats),
      next_offset: end < size ? end : null,
      mime_type: mimeTypes[extname(path).toLowerCase()] ?? (text ? 'text/plain' : 'application/octet-stream'),
    };
    return { head, bytes };
  } catch (error) {
    throw fileFault(error, path);
  }
}

/** Reads whole lines, each cut at max_line_bytes, as many as fit. Goes through the file once, in constant memory. */
export async function readLines(path: string, input: z.output<typeof FileReadLines>): Promise<FileLines> {
  const stats = await regularFile(path);
  const wanted: string[] = [];
  const cutLines: number[] = [];
  let used = 0;
  let full = false;
  let number = 1;
  // The line that is being read: what is kept of it, and how long it is in all.
  let parts: Buffer[] = [];
  let keptBytes = 0;
  let length = 0;

  const active = () => !full && number >= input.offset && wanted.length < input.limit;
  const take = (part: Buffer) => {
    length += part.length;
    if (!active() || keptBytes > input.max_line_bytes) return;
    const kept = part.subarray(0, input.max_line_bytes + 4 - keptBytes);
    parts.push(Buffer.from(kept));
    keptBytes += kept.length;
  };
  const endLine = () => {
    if (active()) {
      let bytes = Buffer.concat(parts);
      const cut = length > input.max_line_bytes;
      if (cut) {
        bytes = bytes.subarray(0, input.max_line_bytes);
        bytes = bytes.subarray(0, bytes.length - incompleteTail(bytes));
      }
      const text =
        bytes.toString('utf8') + (cut ? `… [${length - bytes.length} more bytes in this line]` : '');
      const line = input.line_numbers ? `${number}\t${text}` : text;
      const cost = Buffer.byteLength(line) + 1;
      if (used + cost > input.max_bytes && wanted.length > 0) full = true;
      else {
        used += cost;
        if (cut) cutLines.push(number);
        wanted.push(line);
      }
    }
    number += 1;
    parts = [];
    keptBytes = 0;
    length = 0;
  };

  let endsWithBreak = true;
  let first = true;
  try {
    for await (const chunk of createReadStream(path, {
      highWaterMark: 256 * 1024,
    }) as AsyncIterable<Buffer>) {
      if (first && chunk.subarray(0, 8_192).includes(0)) {
        throw new AgentFault('not_text', `${path} is not text. Read it by bytes instead, or download it.`, {
          path,
          field: 'path',
        });
      }
      first = false;
      let at = 0;
      for (let end = chunk.indexOf(10, at); end !== -1; end = chunk.indexOf(10, at)) {
        take(chunk.subarray(at, end));
        endLine();
        at = end + 1;
      }
      take(chunk.subarray(at));
      endsWithBreak = chunk.at(-1) === 10;
    }
  } catch (error) {
    throw fileFault(error, path);
  }
  if (!endsWithBreak) endLine();
  const totalLines = number - 1;
  const nextLine = input.offset + wanted.length;
  const reachedEnd = nextLine > totalLines;
  return {
    path,
    content: wanted.length === 0 ? '' : wanted.join('\n') + (reachedEnd && !endsWithBreak ? '' : '\n'),
    offset: input.offset,
    lines: wanted.length,
    total_lines: totalLines,
    size: Number(stats.size),
    etag: etagOf(stats),
    next_offset: reachedEnd ? null : nextLine,
    cut_lines: cutLines,
  };
}
