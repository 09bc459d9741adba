import { lookup } from 'node:dns/promises';
import { type Era, type Examination, memoize } from './examination.ts';
import type { Http } from './http/http.ts';
import { initializeParams, rpcRequest } from './mcp/rpc.ts';
import { talkMcp } from './mcp/talk.ts';
import type { Target } from './target.ts';
import { strangersJwt } from './walk/audience.ts';

export type Prepare = {
  readonly target: Target;
  readonly http: Http;
  readonly token: string | undefined;
  readonly tokenMissing: string;
  readonly secrets: Set<string>;
  readonly streamMs: number;
  readonly now: () => number;
  readonly resolve?: Examination['resolve'] | undefined;
};

/** Makes what the steps share; what every client would be answered alike is asked once. */
export function prepare(given: Prepare): Examination {
  const { target, http, token, secrets } = given;
  if (token !== undefined) secrets.add(token);
  const talkOnce = memoize((era: Era, query: string) => {
    const url = new URL(target.mcpUrl);
    if (query !== '') url.search = query;
    return talkMcp(http, url.href, token ?? '', era);
  });
  return {
    ...given,
    resolve: given.resolve ?? ((hostname) => lookup(hostname, { all: true })),
    firstContact: memoize(() =>
      http.send(target.mcpUrl, rpcRequest('2025-11-25', 'initialize', initializeParams)),
    ),
    strangersToken: memoize(() =>
      http.send(target.mcpUrl, rpcRequest('2025-11-25', 'ping', {}, strangersJwt(given.now()))),
    ),
    talk: (era, query = '') => (token === undefined ? undefined : talkOnce(era, query)),
  };
}
