import { setTimeout as pauseFor } from 'node:timers/promises';
import { version } from '../../../version.ts';
import { explainFailure } from './explain-failure.ts';
import { readBounded } from './read-bounded.ts';

/** An answer with its body, which is cut where it is longer than anything that is expected. */
export type Answer = {
  readonly reached: true;
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** From sending to the last byte, in milliseconds. */
  readonly ms: number;
};
/** No answer, and why. */
export type Unreached = {
  readonly reached: false;
  readonly url: string;
  /** Whether the time was up. */
  readonly late: boolean;
  readonly what: string;
  readonly fix: string;
};
export type Exchange = Answer | Unreached;

export type Send = {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | URLSearchParams;
  /** Sent although the examination was stopped, for what has to be put back. */
  readonly always?: boolean;
};

/** An answer that is still being sent. */
export type Open = { readonly response: Response; readonly close: () => void };

export type Http = {
  /** One request, never redirected: where a client would be sent is for a check to judge. */
  send(url: string, request?: Send): Promise<Exchange>;
  /** A document. The same one is fetched once, however many clients ask for it. */
  get(url: string): Promise<Exchange>;
  /** Begins a request and gives its body as it comes; ends by itself after `ms`. */
  open(url: string, request: Send, ms: number): Promise<Open | Unreached>;
};

export type HttpOptions = {
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Stops the examination. */
  readonly signal: AbortSignal;
  /** The platform's unless a test says otherwise. */
  readonly fetch?: typeof fetch | undefined;
};

/** Told to wait longer than this, a check reports it instead. */
const longestWaitSeconds = 5;
const mostRetries = 4;

/** Requests that cannot hang, follow nothing and read no more than is sensible. */
export function createHttp(options: HttpOptions): Http {
  const fetchNow = options.fetch ?? fetch;
  const documents = new Map<string, Promise<Exchange>>();

  async function request(url: string, send: Send, ms: number, more?: AbortSignal): Promise<Response> {
    const signals = [AbortSignal.timeout(ms), ...(send.always ? [] : [options.signal])];
    return fetchNow(url, {
      method: send.method ?? 'GET',
      headers: { 'user-agent': `coder-mcp-doctor/${version}`, ...send.headers },
      redirect: 'manual',
      signal: AbortSignal.any(more ? [...signals, more] : signals),
      ...(send.body === undefined ? {} : { body: send.body }),
    });
  }

  async function once(url: string, send: Send): Promise<Exchange> {
    const started = performance.now();
    try {
      const response = await request(url, send, options.timeoutMs);
      const text = await readBounded(response);
      const { status, headers } = response;
      return { reached: true, url, status, headers, text, ms: performance.now() - started };
    } catch (error) {
      if (options.signal.aborted && !send.always) throw error;
      return { reached: false, url, ...explainFailure(error, url, options.timeoutMs) };
    }
  }

  async function send(url: string, what: Send = {}): Promise<Exchange> {
    for (let tries = 1; ; tries += 1) {
      const exchange = await once(url, what);
      const wait = exchange.reached && exchange.status === 429 ? retryAfter(exchange) : undefined;
      if (wait === undefined || wait > longestWaitSeconds || tries > mostRetries) return exchange;
      await pauseFor(wait * 1_000, undefined, what.always ? {} : { signal: options.signal });
    }
  }

  return {
    send,
    get(url) {
      const known = documents.get(url);
      if (known) return known;
      const fetched = send(url, { headers: { accept: 'application/json' } });
      documents.set(url, fetched);
      return fetched;
    },
    async open(url, what, ms) {
      const closed = new AbortController();
      try {
        return { response: await request(url, what, ms, closed.signal), close: () => closed.abort() };
      } catch (error) {
        if (options.signal.aborted) throw error;
        return { reached: false, url, ...explainFailure(error, url, ms) };
      }
    },
  };
}

/** The seconds that an answer asks to wait; undefined if it does not say. */
export function retryAfter({ headers }: Answer): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isInteger(seconds) && seconds >= 0 ? seconds : undefined;
}
