import type { Step } from '../steps.ts';
import { checkAddress } from './address.ts';
import { checkAudience } from './audience.ts';
import { checkAuthorization } from './authorization.ts';
import { checkDiscovery } from './discovery.ts';
import { checkMetadata } from './metadata.ts';
import { checkPkce } from './pkce.ts';
import { checkRegistration } from './registration.ts';
import { checkToken } from './token.ts';
import { checkTools } from './tools.ts';
import type { Walk } from './walk.ts';

/** The way of a client from an address to its first tool call. */
export const walkSteps: readonly Step<Walk>[] = [
  { name: 'address', check: checkAddress },
  { name: 'discovery', check: checkDiscovery },
  { name: 'metadata', check: checkMetadata },
  { name: 'registration', check: checkRegistration },
  { name: 'pkce', check: checkPkce },
  { name: 'consent', check: checkAuthorization },
  { name: 'token', check: checkToken },
  { name: 'audience', check: checkAudience },
  { name: 'tools', check: checkTools },
];
