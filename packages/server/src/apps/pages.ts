import { type ApiError, errorRegistry } from '@coder/api';
import { errorResponse } from '../http/index.ts';

/** Whether a person looks at the answer. */
export function wantsPage(headers: Headers): boolean {
  return (headers.get('accept') ?? '').includes('text/html');
}

/** An error as a plain page for people and as the API's body for programs. */
export function errorAnswer(error: ApiError, headers: Headers): Response {
  if (!wantsPage(headers)) return errorResponse(error);
  const next = error.code === 'AGENT_ERROR' ? '' : errorRegistry[error.code].next;
  return page(error.status, String(error.status), [error.message, error.detail ?? next]);
}

/** Asks whether to open what a page of another site has led to: it may not act there in the user's name unasked. */
export function confirmPage(title: string, workspaceName: string, href: string): Response {
  return page(
    200,
    `Open ${title} of workspace ${workspaceName}?`,
    ['A page of another site has sent you here.'],
    { href, text: `Open ${title}` },
  );
}

function page(
  status: number,
  heading: string,
  paragraphs: string[],
  link?: { href: string; text: string },
): Response {
  const body = [
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>${escapeHtml(heading)}</title>`,
    '<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:15vh auto;padding:0 1rem}</style>',
    `<h1>${escapeHtml(heading)}</h1>`,
    ...paragraphs.filter((text) => text !== '').map((text) => `<p>${escapeHtml(text)}</p>`),
    ...(link
      ? [`<p><a href="${escapeHtml(link.href)}" rel="noreferrer">${escapeHtml(link.text)}</a></p>`]
      : []),
  ].join('\n');
  return new Response(body, {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'X-Frame-Options': 'DENY',
    },
  });
}

function escapeHtml(text: string): string {
  const named: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replaceAll(/[&<>"']/g, (sign) => named[sign] as string);
}
