import { createHash } from 'node:crypto';

/** What a page tells a person where there is nothing of the dashboard to show. */
export type PlainPage = {
  status: number;
  heading: string;
  paragraphs: readonly string[];
  /** Where the person may go on to by a click. */
  link?: { href: string; text: string } | undefined;
};

/** The colours are the dashboard's. */
const style = `:root{color-scheme:light dark}
body{font:16px/1.6 system-ui,sans-serif;background:light-dark(#f6f7f9,#0d1015);color:light-dark(#171c26,#e7eaf0);margin:0}
main{max-width:36rem;margin:15vh auto;padding:1.5rem 2rem;overflow-wrap:anywhere;
background:light-dark(#ffffff,#151920);border:1px solid light-dark(#dfe3e9,#272d38);border-radius:.75rem}
h1{font-size:1.25rem}a{color:light-dark(#1d5bc9,#78a9ff)}`;
const styleHash = createHash('sha256').update(style).digest('base64');
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${styleHash}'`,
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Whether a person looks at the answer. */
export const wantsPage = (headers: Headers): boolean => (headers.get('accept') ?? '').includes('text/html');

/** A page in the look of the dashboard, in which nothing runs and whatever is said stands as text. */
export function plainPage({ status, heading, paragraphs, link }: PlainPage): Response {
  const body = [
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>${escapeHtml(heading)}</title><style>${style}</style>`,
    `<main><h1>${escapeHtml(heading)}</h1>`,
    ...paragraphs.map((text) => `<p>${escapeHtml(text)}</p>`),
    link ? `<p><a href="${escapeHtml(link.href)}" rel="noreferrer">${escapeHtml(link.text)}</a></p>` : '',
    '</main></html>',
  ].join('\n');
  return new Response(body, {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': policy,
      'X-Frame-Options': 'DENY',
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-store',
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
  return text.replaceAll(/[&<>"']/g, (sign) => named[sign] ?? '');
}
