import type { Examination } from '../examination.ts';
import type { Step } from '../steps.ts';
import { checkAuthorizationHeader } from './authorization-header.ts';
import { checkChallenge } from './challenge.ts';
import { checkClock } from './clock.ts';
import { checkCors } from './cors.ts';
import { checkEndpoint, checkSlash } from './endpoint.ts';
import { checkGet } from './get.ts';
import { checkMcpHeaders } from './mcp-headers.ts';
import { checkAccessUrl, checkReachable } from './reachable.ts';
import { checkStream } from './stream.ts';

/** Without these no client comes in, so nothing is tried after the first that fails. */
export const doorSteps: readonly Step<Examination>[] = [
  { name: 'reachable', check: checkReachable },
  { name: 'endpoint', check: checkEndpoint },
  { name: 'token', check: checkAuthorizationHeader },
];

/** What lies between the clients and the server. */
export const pathSteps: readonly Step<Examination>[] = [
  { name: 'access URL', check: checkAccessUrl },
  { name: 'challenge', check: checkChallenge },
  { name: 'slash', check: checkSlash },
  { name: 'get', check: checkGet },
  { name: 'clock', check: checkClock },
  { name: 'headers', check: checkMcpHeaders },
  { name: 'streams', check: checkStream },
  { name: 'pages', check: checkCors },
];
