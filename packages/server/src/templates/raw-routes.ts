import { ApiError, isUuid } from '@coder/api';
import type { RawRoutes } from '../http/index.ts';
import { type Files, maxFileBytes } from './files.ts';
import type { TemplateVersions } from './versions.ts';

type Deps = { readonly files: Files; readonly versions: TemplateVersions };

/** Serves the up- and downloads of archives and the log of an import as it is written. */
export function serveTemplateStreams(
  { rawRoute, upgradeRoute }: Pick<RawRoutes, 'rawRoute' | 'upgradeRoute'>,
  { files, versions }: Deps,
): void {
  rawRoute('uploadFile', async ({ context, request }) => {
    const mimetype = (request.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
    const data = await readBody(request);
    const { id, created } = await files.upload(context.actor!, data, mimetype);
    context.audit.target(id, mimetype);
    return Response.json({ hash: id }, { status: created ? 201 : 200 });
  });

  rawRoute('downloadFile', async ({ context, params }) => {
    const { data, mimetype } = await files.download(context.actor!, uuidOf('file', params.file));
    return new Response(new Uint8Array(data), {
      headers: {
        'content-type': mimetype,
        'content-length': String(data.length),
        'content-disposition': 'attachment',
      },
    });
  });

  upgradeRoute('followTemplateVersionLogs', async ({ context, params, url, accept }) => {
    const id = uuidOf('version', params.version);
    const after = Number(url.searchParams.get('after') ?? 0);
    if (!Number.isSafeInteger(after) || after < 0) throw refuse('after', 'must be the id of a line');
    const gone = new AbortController();
    const lines = await versions.followLogs(context.actor!, id, after, gone.signal);
    const socket = await accept();
    socket.on('close', () => gone.abort());
    socket.on('error', () => gone.abort());
    try {
      for await (const line of lines) socket.send(JSON.stringify(line));
      socket.close(1000, 'The import has ended.');
    } catch {
      socket.close(1011, 'The log could not be read.');
    }
  });
}

/** The whole body, given up as soon as it is larger than a file may be. */
async function readBody(request: Request): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > maxFileBytes) {
      throw new ApiError('PAYLOAD_TOO_LARGE', {
        message: `An archive may have at most ${maxFileBytes / 1024 / 1024} MiB.`,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function uuidOf(field: string, value: string | undefined): string {
  if (value !== undefined && isUuid(value)) return value.toLowerCase();
  throw refuse(field, 'must be a UUID');
}

function refuse(field: string, detail: string): ApiError {
  return new ApiError('VALIDATION_FAILED', { validations: [{ field, detail }] });
}
