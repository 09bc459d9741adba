import type { RawRoutes } from '../http/index.ts';
import { openApiDocument } from './document.ts';

/** Serves the OpenAPI document, which is made when it is first asked for. */
export function serveOpenApi(
  { rawRoute }: Pick<RawRoutes, 'rawRoute'>,
  { version }: { version: string },
): void {
  let document: Promise<string> | undefined;
  rawRoute('openApiDocument', async () => {
    document ??= openApiDocument(version).then((made) => JSON.stringify(made));
    return new Response(await document, { headers: { 'content-type': 'application/json' } });
  });
}
