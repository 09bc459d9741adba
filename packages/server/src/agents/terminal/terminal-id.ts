import { createHash } from 'node:crypto';
import { holderOf, isOwnSession } from '../../authorization/index.ts';
import { type RequestContext, viaOf } from '../../http/index.ts';

/**
 * The id by which an agent knows the terminal that a caller names. A person's sessions come back to the same terminals from
 * anywhere; those of a program are in a space of its own, so that it joins none that a person or another program has opened.
 */
export function terminalIdOf({ actor, request }: RequestContext, reconnect: string): string {
  if (!actor || (isOwnSession(actor) && viaOf(request.headers).kind !== 'mcp')) return reconnect;
  const hash = createHash('sha256')
    .update(`${holderOf(actor)}\n${reconnect}`)
    .digest('hex');
  return `program-${hash.slice(0, 32)}`;
}
