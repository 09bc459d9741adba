import { problem, type Verdict } from '../report.ts';
import { quote } from '../safe-text.ts';
import { type Answer, type Exchange, retryAfter } from './http.ts';

/** The body as a JSON object; undefined when it is none. */
export function objectOf({ text }: Pick<Answer, 'text'>): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

export const isHtml = ({ headers, text }: Answer): boolean =>
  /^text\/html/i.test(headers.get('content-type') ?? '') || /^\s*<(!doctype|html)/i.test(text);

/** What an answer says of itself, for the end of a sentence. */
export function said(answer: Answer): string {
  const body = objectOf(answer);
  const words = [body?.error, body?.error_description ?? body?.message].filter(
    (word): word is string => typeof word === 'string',
  );
  return `HTTP ${answer.status}${words.length === 0 ? '' : `, ${quote(words.join(': '))}`}`;
}

/** What is wrong when something that every client needs was not given; `name` begins a sentence. */
export function refusal(exchange: Exchange, name: string): Verdict {
  if (!exchange.reached) return problem(`${name} was not reached: ${exchange.what}.`, exchange.fix);
  const { status, headers } = exchange;
  const body = objectOf(exchange);
  if (status >= 300 && status < 400) return redirected(exchange, name);
  if (body?.code === 'EXPERIMENT_OFF') {
    return problem(`${name} is switched off: ${text(body.message)}`, text(body.detail));
  }
  if (status === 403 && typeof body?.message === 'string' && body.message.startsWith('Invalid Host')) {
    return problem(
      `${name} refuses the name it was called by: ${text(body.message)}`,
      'Let the proxy pass the Host header on unchanged, and set CODER_ACCESS_URL to the address that clients use; further names go into CODER_HTTP_ALLOWED_HOSTS.',
    );
  }
  if (status === 429) {
    const wait = retryAfter(exchange);
    return problem(
      `${name} was asked for too often from this address.`,
      `Run this again in ${wait === undefined ? 'a minute' : `${wait} s`}.`,
    );
  }
  if (status === 502 || status === 503 || status === 504) {
    return problem(
      `${name} is not served (${said(exchange)}).`,
      'Check that the server runs, and that the proxy in front of it has its right address.',
    );
  }
  if (isHtml(exchange)) {
    return problem(
      `${name} is a web page (HTTP ${status}) where a client expects JSON.`,
      'Let the proxy pass this path to the server without a sign-in page, a challenge for browsers or an error page of its own.',
    );
  }
  if (status === 404) {
    return problem(
      `${name} is not there (${said(exchange)}).`,
      'Let the proxy pass this path to the server, and check that the server is recent enough.',
    );
  }
  if (status >= 500) {
    return problem(`${name} failed (${said(exchange)}).`, 'Look into the log of the server.');
  }
  const type = headers.get('content-type') ?? 'no Content-Type';
  return problem(
    `${name} was answered in a way that no client understands (${said(exchange)}, ${quote(type)}).`,
    'Let the proxy pass this path to the server unchanged.',
  );
}

function redirected({ url, headers, status }: Answer, name: string): Verdict {
  const to = URL.parse(headers.get('location') ?? '', url);
  if (!to) {
    return problem(
      `${name} is redirected (HTTP ${status}) to nowhere.`,
      'Correct the redirect in the proxy.',
    );
  }
  const from = new URL(url);
  const what = `${name} is redirected (HTTP ${status}) to ${quote(to.href)}; clients do not send a token or a request on by a redirect.`;
  if (from.protocol === 'http:' && to.protocol === 'https:' && to.hostname === from.hostname) {
    return problem(what, `Give clients the address with https, and set CODER_ACCESS_URL to ${to.origin}.`);
  }
  if (to.origin === from.origin && to.pathname.replace(/\/$/, '') === from.pathname.replace(/\/$/, '')) {
    return problem(
      what,
      'Let the proxy leave the slash at the end of a path alone, and give clients the address without one.',
    );
  }
  if (to.origin === from.origin) {
    return problem(what, 'Let the proxy pass this path to the server without a sign-in of its own.');
  }
  return problem(
    what,
    `Give clients the address at ${to.origin} if that is the deployment, else remove the redirect.`,
  );
}

const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 300) : '');
