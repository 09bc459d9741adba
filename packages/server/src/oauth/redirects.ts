import type { ConsentRequest } from '@coder/api';

type RedirectTarget = NonNullable<ConsentRequest['redirect']>;

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);
/** Schemes that a browser would run or open by itself instead of handing them to the program that registered them. */
const refusedSchemes = new Set([
  'javascript:',
  'vbscript:',
  'data:',
  'file:',
  'blob:',
  'filesystem:',
  'about:',
  'view-source:',
  'ftp:',
  'ws:',
  'wss:',
  'mailto:',
  'tel:',
  'sms:',
  'chrome:',
  'edge:',
  'intent:',
  'search:',
  'shell:',
]);
/** Of the operating system: what these open has been an attack more than once. */
const systemScheme = /^ms-|-ms:$|^search/;
/** Programs that take an answer at a scheme without a domain in it. Others have one by which its owner is known (RFC 8252, 7.1). */
const knownSchemes = new Set([
  'claude:',
  'cursor:',
  'goose:',
  'jetbrains:',
  'kiro:',
  'raycast:',
  'trae:',
  'vscode:',
  'vscode-insiders:',
  'vscodium:',
  'warp:',
  'windsurf:',
  'zed:',
]);
const longestUri = 2048;

export const isLoopback = (url: URL): boolean => loopbackHosts.has(url.hostname);

/**
 * What is wrong with a redirect URI, or undefined. Allowed are https, http to this machine itself, and schemes of programs
 * (`cursor://…`, `com.example.app:/…`; an administrator may enter any); never what a browser or a system would run.
 */
export function redirectProblem(
  uri: string,
  enteredBy: 'itself' | 'administrator' = 'itself',
): string | undefined {
  const url = URL.parse(uri);
  if (!url) return 'must be an absolute URI';
  if (uri.length > longestUri) return `must be at most ${longestUri} characters long`;
  // A browser leaves these out of what it is given, so that they could hide a scheme.
  if (/[\s\p{Cc}\\]/u.test(uri)) return 'must not contain spaces, control characters or backslashes';
  if (refusedSchemes.has(url.protocol) || systemScheme.test(url.protocol))
    return `must not have the scheme ${url.protocol.slice(0, -1)}`;
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  if (!isWeb && enteredBy === 'itself' && !url.protocol.includes('.') && !knownSchemes.has(url.protocol)) {
    return `must not have the scheme ${url.protocol.slice(0, -1)}: a scheme of its own contains a domain (com.example.app), or an administrator enters the application`;
  }
  if (uri.includes('#')) return 'must not have a fragment';
  if (url.username !== '' || url.password !== '') return 'must not have a user name or password';
  if (url.protocol === 'http:' && !isLoopback(url)) {
    return 'must be https; http is for localhost, 127.0.0.1 and [::1] only';
  }
  if (!isWeb && url.host === '' && url.pathname === '') {
    return 'must name a host or a path';
  }
  return undefined;
}

/** Where an answer goes, as a consent page says it. */
export function describeRedirect(uri: string): RedirectTarget {
  const url = new URL(uri);
  if (url.protocol === 'https:' && !isLoopback(url)) return { uri, host: url.host, kind: 'https' };
  if (url.protocol === 'http:' || url.protocol === 'https:') {
    return { uri, host: url.host, kind: 'loopback' };
  }
  return { uri, host: url.protocol, kind: 'private-scheme' };
}

/** A page or picture that a consent page may link to: http(s), or nothing. */
export function safeWebAddress(value: unknown): string {
  if (typeof value !== 'string' || value.length > longestUri) return '';
  const url = URL.parse(value);
  return url && (url.protocol === 'https:' || url.protocol === 'http:') ? url.href : '';
}
