import { problem, type Verdict } from '../report.ts';
import { quote } from '../safe-text.ts';
import { isLoopbackName, type Target } from '../target.ts';

/**
 * Why an address that the server names is not visited, or undefined. Clients go to https only; the deployment's own host and,
 * while that is this machine, this machine are let through, so that a trial without a certificate can be examined. Nobody's
 * documents send us to other addresses in the clear, or into this machine.
 */
export function mayNotVisit(target: Target, address: string, name: string): Verdict | undefined {
  const url = URL.parse(address);
  const fix = `Set CODER_ACCESS_URL to ${target.url}, and let the proxy pass the Host header and X-Forwarded-Proto on.`;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return problem(`${name} is ${quote(address)}, which is no web address.`, fix);
  }
  if (isLoopbackName(url.hostname) && !target.isLoopback) {
    return problem(
      `${name} is ${quote(address)}, which every client would look for on its own machine.`,
      fix,
    );
  }
  if (url.protocol === 'https:') return undefined;
  if (target.isSecure) {
    return problem(`${name} is ${quote(address)}, without https, and clients do not go there.`, fix);
  }
  if (url.host === target.origin.replace(/^http:\/\//, '') || target.isLoopback) return undefined;
  return problem(`${name} is ${quote(address)}, on another host and without https.`, fix);
}
