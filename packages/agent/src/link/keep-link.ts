import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBackoff } from './backoff.ts';
import { type DialEnd, type DialOptions, dial, linkAddress } from './dial.ts';

export interface LinkOptions {
  agentUrl: string;
  token: string;
  version: string;
  onSent?: () => void;
  onOpen: (duplex: Duplex) => void;
  log: (message: string) => void;
  signal: AbortSignal;
  now?: () => number;
  pingMs?: number;
  handshakeMs?: number;
  firstRetryMs?: number;
  maxRetryMs?: number;
  /** How long only "this token is not valid" may be the answer, before the agent gives up. */
  giveUpAfterMs?: number;
  dialOnce?: (options: DialOptions) => Promise<DialEnd>;
}

/** These answers mean that the token is not valid (any more), not that the server has a problem. */
const TOKEN_REFUSED = new Set([401, 403, 410]);

/** A link that lived this long was a good one. */
const SETTLED_MS = 1_000;

/**
 * Keeps a link to the control plane for ever: dials, and dials again whenever it is lost.
 * Returns 'stopped' when the signal aborts, 'token_refused' when the server did nothing but refuse the token for giveUpAfterMs.
 */
export async function keepLink(options: LinkOptions): Promise<'stopped' | 'token_refused'> {
  const now = options.now ?? Date.now;
  const backoff = createBackoff({ firstMs: options.firstRetryMs ?? 100, capMs: options.maxRetryMs ?? 5_000 });
  const address = linkAddress(options.agentUrl);
  let refusedSince: number | undefined;
  let said = '';
  let openedAt = 0;
  while (!options.signal.aborted) {
    const end = await (options.dialOnce ?? dial)({
      address,
      token: options.token,
      version: options.version,
      pingMs: options.pingMs ?? 15_000,
      handshakeMs: options.handshakeMs ?? 10_000,
      signal: options.signal,
      onSent: options.onSent,
      onOpen: (duplex) => {
        openedAt = now();
        said = '';
        options.log('linked to the server');
        options.onOpen(duplex);
      },
    });
    if (options.signal.aborted) break;
    // A server that takes links only to drop them at once is dialed ever more slowly, too.
    if (end.kind === 'lost' && now() - openedAt >= SETTLED_MS) backoff.reset();
    if (end.kind === 'refused' && TOKEN_REFUSED.has(end.status)) {
      refusedSince ??= now();
      if (now() - refusedSince >= (options.giveUpAfterMs ?? 10 * 60_000)) return 'token_refused';
    } else {
      refusedSince = undefined;
    }
    const text =
      end.kind === 'refused'
        ? `the server refused the link with status ${end.status}`
        : `link ${end.kind}: ${end.reason}`;
    // The same failure again and again is said once.
    if (text !== said) options.log(`${text}; dialing again`);
    said = text;
    await sleep(backoff.next(), undefined, { signal: options.signal }).catch(() => {});
  }
  return 'stopped';
}
