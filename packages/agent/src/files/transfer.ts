import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { FILE_MODE_HEADER, FileDownload, FileUpload, SHA256_TRAILER } from '@coder/api/agent';
import { AgentFault, fileFault } from '../fault.ts';
import { bodyParts } from '../http/body.ts';
import { parse } from '../http/parse.ts';
import { type AgentRequest, type Answer, writeWithBackpressure } from '../http/request.ts';
import { type Places, resolvePath } from '../paths.ts';
import { announcedSum } from './announced-sum.ts';
import { etagOf, modeOf, regularFile } from './info.ts';
import { writeFileAtomically } from './write.ts';

const PART = 256 * 1024;

/** Takes a file of any size as a raw body. */
export async function upload(places: Places, request: AgentRequest): Promise<Answer> {
  const query = parse(FileUpload, request.query);
  const path = resolvePath(places, query.path, query.relative_to);
  const announced = announcedSum(request.stream);
  const written = await writeFileAtomically(
    {
      path,
      mode: query.mode,
      ifMatch: query.if_match,
      createOnly: query.create_only,
      sha256: () => query.sha256 ?? announced(),
    },
    bodyParts(request.stream),
  );
  return { body: written };
}

/** Sends a file, or a part of it, as a raw body; its sha256 follows in the trailer. */
export async function download(places: Places, request: AgentRequest): Promise<undefined> {
  const query = parse(FileDownload, request.query);
  const path = resolvePath(places, query.path, query.relative_to);
  const stats = await regularFile(path);
  const { stream } = request;
  const handle = await open(path, 'r').catch((error: unknown) => Promise.reject(fileFault(error, path)));
  try {
    const size = Number(stats.size);
    const length = Math.max(0, Math.min(query.limit ?? size, size - query.offset));
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(PART);
    stream.respond(
      {
        ':status': 200,
        'content-type': 'application/octet-stream',
        'content-length': length,
        etag: etagOf(stats),
        [FILE_MODE_HEADER]: modeOf(stats),
      },
      { waitForTrailers: true },
    );
    stream.once('wantTrailers', () => stream.sendTrailers({ [SHA256_TRAILER]: hash.digest('hex') }));
    let done = 0;
    while (done < length) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(PART, length - done), query.offset + done);
      // A file that shrank cannot be sent as announced: the caller sees a broken stream, not a short file.
      if (bytesRead === 0)
        throw new AgentFault('conflict', `${path} became shorter while it was sent.`, { path });
      const part = Buffer.from(buffer.subarray(0, bytesRead));
      hash.update(part);
      done += bytesRead;
      if (!(await writeWithBackpressure(stream, part))) return undefined;
    }
    stream.end();
  } finally {
    await handle.close();
  }
  return undefined;
}
