import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { API_PREFIX, ApiError } from '@coder/api';
import { Hono } from 'hono';
import { errorResponse, type HttpEnv } from '../http/index.ts';

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>API reference</title>
    <link rel="icon" href="favicon-32x32.png" />
    <link rel="stylesheet" href="swagger-ui.css" />
  </head>
  <body>
    <div id="reference"></div>
    <noscript>This page needs JavaScript. What it shows is read from ${API_PREFIX}/openapi.json.</noscript>
    <script src="swagger-ui-bundle.js"></script>
    <script src="start.js"></script>
  </body>
</html>
`;

/**
 * A request that the page sends carries the token that was entered in it, never the session of the browser: who tries a
 * route here should see what that token may do. And no service elsewhere is asked whether the document is valid.
 */
const start = `SwaggerUIBundle({
  url: '${API_PREFIX}/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  docExpansion: 'none',
  defaultModelsExpandDepth: 0,
  filter: true,
  validatorUrl: null,
  requestInterceptor: (request) => Object.assign(request, { credentials: 'omit' }),
});
`;

const types = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
} as const;

const headers = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // Its style sheet has pictures in it.
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/** Serves the reference page at `/swagger/` (`--swagger-enable`): Swagger UI, with nothing from outside this server. */
export function createSwagger({ isEnabled }: { isEnabled: boolean }): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  if (!isEnabled) {
    const off = () =>
      errorResponse(
        new ApiError('NOT_FOUND', {
          message: 'Swagger documentation is disabled.',
          detail: `Start the server with --swagger-enable. The document is at ${API_PREFIX}/openapi.json.`,
        }),
      );
    app.get('/swagger', off);
    app.get('/swagger/*', off);
    return app;
  }
  const send = (type: string, body: string | Uint8Array<ArrayBuffer>) =>
    new Response(body, {
      headers: { ...headers, 'Content-Type': type, 'Cache-Control': 'no-cache' },
    });
  // Without the slash the page would look for its files in the folder above.
  app.get('/swagger', (c) => c.redirect('/swagger/', 307));
  app.get('/swagger/', () => send('text/html; charset=utf-8', page));
  app.get('/swagger/start.js', () => send('text/javascript; charset=utf-8', start));
  for (const [name, type] of Object.entries(types)) {
    app.get(`/swagger/${name}`, async () => {
      const path = fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`));
      return send(type, new Uint8Array(await readFile(path)));
    });
  }
  return app;
}
