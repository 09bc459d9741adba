import { type ApiError, errorRegistry } from '@coder/api';
import { errorResponse, plainPage, wantsPage } from '../http/index.ts';

/** An error as a plain page for people and as the API's body for programs. */
export function errorAnswer(error: ApiError, headers: Headers): Response {
  if (!wantsPage(headers)) return errorResponse(error);
  const next = error.code === 'AGENT_ERROR' ? '' : errorRegistry[error.code].next;
  return plainPage({
    status: error.status,
    heading: String(error.status),
    paragraphs: [error.message, error.detail ?? next].filter((text) => text !== ''),
  });
}

/** Asks whether to open what a page of another site has led to: it may not act there in the user's name unasked. */
export function confirmPage(title: string, workspaceName: string, href: string): Response {
  return plainPage({
    status: 200,
    heading: `Open ${title} of workspace ${workspaceName}?`,
    paragraphs: ['A page of another site has sent you here.'],
    link: { href, text: `Open ${title}` },
  });
}
