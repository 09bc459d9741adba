import type { RawRoutes } from '../http/index.ts';
import { type DocumentOptions, openApiDocument } from './document.ts';

/** Serves the OpenAPI document, which is made when it is first asked for. */
export function serveOpenApi({ rawRoute }: Pick<RawRoutes, 'rawRoute'>, options: DocumentOptions): void {
  let document: Promise<string> | undefined;
  rawRoute('openApiDocument', async () => {
    document ??= openApiDocument(options).then((made) => JSON.stringify(made));
    return new Response(await document, { headers: { 'content-type': 'application/json' } });
  });
}
