import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono, type MiddlewareHandler } from 'hono';
import type { HttpEnv } from '../http/index.ts';
import { pageHeaders } from './headers.ts';
import { isPage } from './pages.ts';

type DashboardOptions = {
  /** Where the built dashboard lies, or will lie once somebody builds it. */
  directory: string;
};

const NONCE_PLACE = '__CSP_NONCE__';

/** What a page says as long as nobody has built the dashboard. */
const notBuilt = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>The dashboard is not built</title>
<h1>The dashboard is not built</h1>
<p>The server runs, and the API, the <code>coder</code> command and MCP work. To have these pages too, run this where the server's
sources are, then load this page again:</p>
<pre>npm run build --workspace packages/dashboard</pre>
</html>
`;

/**
 * Serves the dashboard: its pages, and below `/assets/` the files they load. To be mounted at the root behind all other
 * routes. What it serves may be built, or built anew, while the server runs.
 */
export function createDashboard({ directory }: DashboardOptions): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  const document = createDocumentReader(join(directory, 'index.html'));

  const page: MiddlewareHandler<HttpEnv> = async (c, next) => {
    if (!isPage(c.req.path)) return next();
    const nonce = randomBytes(16).toString('base64url');
    const html = await document();
    for (const [name, value] of Object.entries(pageHeaders(nonce))) c.header(name, value);
    if (html === undefined) return c.body(notBuilt, 503);
    return c.body(html.replaceAll(NONCE_PLACE, nonce));
  };
  app.get('*', page);

  let files: MiddlewareHandler<HttpEnv> | undefined;
  app.get('/assets/*', async (c, next) => {
    // The folder may come after the server.
    if (!files && (await stat(directory).catch(() => undefined))) {
      files = serveStatic({ root: directory, precompressed: true });
    }
    if (!files) return next();
    const answer = await files(c, next);
    if (!(answer instanceof Response)) return;
    // The name of a file holds a hash of what it holds, so it never changes.
    answer.headers.set('Cache-Control', 'public, max-age=31536000, immutable');
    answer.headers.set('Cross-Origin-Resource-Policy', 'same-origin');
    return answer;
  });
  return app;
}

/** Reads the document, again only when the file has changed; undefined when there is none. */
function createDocumentReader(path: string): () => Promise<string | undefined> {
  let known: { readonly changed: number; readonly html: string } | undefined;
  return async () => {
    const found = await stat(path).catch(() => undefined);
    if (!found) return undefined;
    if (known?.changed !== found.mtimeMs) {
      known = { changed: found.mtimeMs, html: await readFile(path, 'utf8') };
    }
    return known.html;
  };
}
