import { ApiError } from '@coder/api';
import { type RawRoutes, serveLines, uuidParameter } from '../http/index.ts';
import { type Files, maxFileBytes } from './files.ts';
import { serveParameterForm } from './parameter-form.ts';
import type { TemplatePlans } from './plans.ts';
import type { TemplateVersions } from './versions.ts';

type Deps = { readonly files: Files; readonly versions: TemplateVersions; readonly plans: TemplatePlans };

/** Serves the up- and downloads of archives and the log of an import as it is written. */
export function serveTemplateStreams(
  { rawRoute, upgradeRoute }: Pick<RawRoutes, 'rawRoute' | 'upgradeRoute'>,
  { files, versions, plans }: Deps,
): void {
  rawRoute('uploadFile', async ({ context, request }) => {
    const mimetype = (request.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
    const data = await readBody(request);
    const { id, created } = await files.upload(context.actor!, data, mimetype);
    context.audit.target(id, mimetype);
    return Response.json({ hash: id }, { status: created ? 201 : 200 });
  });

  rawRoute('downloadFile', async ({ context, params }) => {
    const { data, mimetype } = await files.download(context.actor!, uuidParameter('file', params.file));
    return new Response(new Uint8Array(data), {
      headers: {
        'content-type': mimetype,
        'content-length': String(data.length),
        'content-disposition': 'attachment',
      },
    });
  });

  upgradeRoute('dynamicParameters', async ({ context, params, accept }) => {
    const id = uuidParameter('version', params.version);
    const manifest = await plans.manifest(context.actor!, id);
    serveParameterForm(await accept(), manifest);
  });

  upgradeRoute('followTemplateVersionLogs', async ({ context, params, query, accept }) => {
    const id = uuidParameter('version', params.version);
    const follow = (after: number, signal: AbortSignal) =>
      versions.followLogs(context.actor!, id, after, signal);
    await serveLines({ query, accept }, follow, 'The import has ended.');
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
