import type { Clock } from '../clock.ts';
import type { Db } from '../database/index.ts';
import type { Logger } from '../logger.ts';
import { normalizeClientMetadata } from './client-metadata.ts';
import type { GuardedFetch } from './guarded-fetch.ts';

export type ClientDocumentsOptions = { db: Db; clock: Clock; log: Logger; fetch: GuardedFetch };

/** For how long a document may be used after its host has stopped answering. */
export const keptDocumentMs = 30 * 86_400_000;

/**
 * Fetches what applications publish about themselves (and their public keys). A client metadata document is brought into our
 * form and kept; when its host fails later, the kept one answers. A document that is there but wrong is not replaced.
 */
export function createClientDocuments({ db, clock, log, fetch }: ClientDocumentsOptions) {
  async function kept(url: string): Promise<Response | undefined> {
    const row = await db
      .selectFrom('oauth_client_documents')
      .selectAll()
      .where('url', '=', url)
      .executeTakeFirst();
    if (!row || clock.now().getTime() - row.fetched_at.getTime() > keptDocumentMs) return undefined;
    return answer(row.body, 'max-age=60');
  }

  async function keep(url: string, body: string): Promise<void> {
    const fetched_at = clock.now();
    await db
      .insertInto('oauth_client_documents')
      .values({ url, body, fetched_at })
      .onConflict((conflict) => conflict.column('url').doUpdateSet({ body, fetched_at }))
      .execute();
  }

  return async (url: string, signal?: AbortSignal): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(url, signal);
    } catch (err) {
      log.info({ url, reason: String(err) }, "an application's document could not be fetched");
      const old = await kept(url);
      if (old) return old;
      throw err;
    }
    if (response.status !== 200) return (await kept(url)) ?? response;
    const text = await response.text();
    const document = documentOf(text, url);
    if (!document) return answer(text, response.headers.get('cache-control'));
    const body = JSON.stringify(normalizeClientMetadata(document));
    await keep(url, body);
    return answer(body, response.headers.get('cache-control'));
  };
}

/** The document if it is one of the application at this very address; anything else (keys, an error page) passes as it is. */
function documentOf(text: string, url: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    // A shared secret in a public document must stay visible to the check that refuses it.
    if (!('client_id' in parsed) || parsed.client_id !== url || 'client_secret' in parsed) return undefined;
    return parsed as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function answer(body: string, cacheControl: string | null): Response {
  return new Response(body, {
    headers: {
      'Content-Type': 'application/json',
      ...(cacheControl === null ? {} : { 'Cache-Control': cacheControl }),
    },
  });
}
