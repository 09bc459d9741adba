/**
 * The paths that are pages of the dashboard: each answers with the same document, whose script shows the page. Everything else
 * is the API's, an app's, or not found, and stays so when a page is added.
 */
const pages = [
  /^\/$/,
  /^\/login$/,
  /^\/workspaces(\/[^/]+\/[^/]+)?$/,
  /^\/oauth2\/interaction\/[^/]+$/,
  /^\/device$/,
  /^\/approvals(\/[^/]+)?$/,
  /^\/settings\/(applications|approvals|tokens)$/,
  /^\/admin\/oauth2(\/[^/]+)?$/,
  /^\/people$/,
  /^\/audit$/,
];

/** Whether a path is a page of the dashboard. A slash at its end makes no difference. */
export function isPage(path: string): boolean {
  const bare = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  return pages.some((page) => page.test(bare));
}
