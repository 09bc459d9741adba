/**
 * The place to go to after signing in: a path of this deployment, or the start page. Whoever writes the link to the sign-in
 * page must not be able to send people on to another site, so what the browser would read as one is refused.
 */
export function safeRedirect(wanted: unknown, origin: string): string {
  const start = '/workspaces';
  if (typeof wanted !== 'string' || !wanted.startsWith('/')) return start;
  // Browsers drop tabs and line breaks from a URL, and read a backslash as a slash.
  if (/[\\\u0000-\u0020\u007f]/.test(wanted) || wanted.startsWith('//')) return start;
  if (!URL.canParse(wanted, origin)) return start;
  const url = new URL(wanted, origin);
  // Dot segments may leave two slashes at the beginning (`/.//other.example`).
  if (url.origin !== origin || url.pathname.startsWith('//')) return start;
  if (url.pathname === '/' || url.pathname === '/login') return start;
  return url.pathname + url.search + url.hash;
}
