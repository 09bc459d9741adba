/**
 * The address of an app outside the workspace, if it is one that opening cannot do harm with: a template's author, or the
 * workspace, may have written anything there.
 */
export function externalUrl(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { protocol } = new URL(url);
  return protocol === 'https:' || protocol === 'http:' ? url : undefined;
}
