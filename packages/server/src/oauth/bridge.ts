import { AsyncLocalStorage } from 'node:async_hooks';
import inject from 'light-my-request';
import type Provider from 'oidc-provider';
import type { RequestInfo } from '../http/index.ts';

export type ProviderCall = {
  method: string;
  /** Path and query, below the access URL. */
  target: string;
  headers: Headers;
  body?: string | undefined;
  /** Awaited before something comes of a call that mostly only asks. */
  begin?: (() => Promise<void>) | undefined;
  info: Pick<RequestInfo, 'ip' | 'userAgent'>;
};

/** Hands a request to the authorization server library and gives back its answer. */
export type CallProvider = (call: ProviderCall) => Promise<Response>;

const beginning = new AsyncLocalStorage<ProviderCall['begin']>();

/** To be awaited by what the library stores with, before it hands out what the effect of the present call depends on. */
export const beginCall = async (): Promise<void> => beginning.getStore()?.();

/** What the library may see of a request. Its own CORS is left out of it, since ours decides about the whole group. */
const passedHeaders = ['accept', 'authorization', 'content-type', 'cookie'];

/**
 * The library speaks Node's request and response. It is given ones made for the purpose, on which the host, the protocol and
 * the client's address are ours to say, so that nothing that a proxy or a client puts into a header can change an address it
 * writes.
 */
export function createBridge(provider: Provider, accessUrl: string): CallProvider {
  const dispatch = provider.callback();
  const { host, protocol } = new URL(accessUrl);
  return async ({ method, target, headers, body, begin, info }) => {
    const sent: Record<string, string> = {
      host,
      'x-forwarded-proto': protocol.slice(0, -1),
      'x-forwarded-for': info.ip,
      'user-agent': info.userAgent,
    };
    for (const name of passedHeaders) {
      const value = headers.get(name);
      if (value !== null) sent[name] = value;
    }
    const answer = await inject((req, res) => void beginning.run(begin, () => dispatch(req, res)), {
      method,
      url: target,
      headers: sent,
      remoteAddress: info.ip || '127.0.0.1',
      ...(body === undefined ? {} : { payload: body }),
    });
    const out = new Headers();
    for (const [name, value] of Object.entries(answer.headers)) {
      if (value === undefined || name === 'content-length' || name === 'transfer-encoding') continue;
      for (const one of Array.isArray(value) ? value : [value]) out.append(name, String(one));
    }
    out.delete('vary');
    const empty = answer.statusCode === 204 || answer.statusCode === 304;
    return new Response(empty ? null : new Uint8Array(answer.rawPayload), {
      status: answer.statusCode,
      headers: out,
    });
  };
}
