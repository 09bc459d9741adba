/** Schemes that would run something in this page, or show what another has written as if it were ours. */
const never = new Set([
  'javascript:',
  'data:',
  'blob:',
  'vbscript:',
  'file:',
  'about:',
  'filesystem:',
  'view-source:',
]);

/**
 * Goes to where the answer to an application belongs. The server has checked the address when the application was registered;
 * this looks once more, since going there is the page's own doing.
 */
export function mayGoTo(address: string): boolean {
  return URL.canParse(address) && !never.has(new URL(address).protocol);
}
