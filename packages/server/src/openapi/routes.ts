import type { RawRoutes } from '../http/index.ts';
import { type DocumentOptions, openApiDocument } from './document.ts';
import { madeOnce } from './made-once.ts';

/** Serves the OpenAPI document, which is made when it is first asked for. */
export function serveOpenApi({ rawRoute }: Pick<RawRoutes, 'rawRoute'>, options: DocumentOptions): void {
  const document = madeOnce(async () => JSON.stringify(await openApiDocument(options)));
  rawRoute(
    'openApiDocument',
    async () => new Response(await document(), { headers: { 'content-type': 'application/json' } }),
  );
}
