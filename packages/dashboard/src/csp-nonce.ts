/**
 * Tells the library that keeps the page behind an open dialog from scrolling which nonce its style element must carry: the
 * content security policy lets no other inline style through. It looks for this name, which bundlers have made common.
 */
export function provideNonce(): void {
  const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content;
  if (nonce) Object.assign(window, { __webpack_nonce__: nonce });
}
