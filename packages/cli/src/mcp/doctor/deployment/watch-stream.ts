import { setTimeout as pause } from 'node:timers/promises';
import type { Http, Send } from '../http/http.ts';

export type Seen =
  /** No stream was given. */
  | { readonly kind: 'refused' }
  /** A stream that the server has ended, which passes any proxy. */
  | { readonly kind: 'ended' }
  /** Nothing came in the time it was given. */
  | { readonly kind: 'silent' }
  /** Something came while the stream was open. */
  | { readonly kind: 'open'; readonly encoding: string | undefined };

/** How long after its first event a stream must go on to count as open: this part of what it was given, or so many milliseconds. */
const settled = { part: 0.1, ms: 150 };

/** Opens a stream of events and waits for the first of them. */
export async function watchStream(http: Http, url: string, request: Send, ms: number): Promise<Seen> {
  const opened = await http.open(url, request, ms);
  if (!('response' in opened)) return { kind: opened.late ? 'silent' : 'refused' };
  const { response, close } = opened;
  try {
    const type = response.headers.get('content-type') ?? '';
    const reader = response.body?.getReader();
    if (response.status !== 200 || !/^text\/event-stream/i.test(type) || !reader) return { kind: 'refused' };
    const first = await reader.read().catch(() => undefined);
    if (first === undefined) return { kind: 'silent' };
    if (first.done) return { kind: 'ended' };
    return (await endsSoon(reader, Math.min(settled.ms, ms * settled.part)))
      ? { kind: 'ended' }
      : { kind: 'open', encoding: response.headers.get('content-encoding') ?? undefined };
  } finally {
    close();
  }
}

async function endsSoon(reader: ReadableStreamDefaultReader<Uint8Array>, ms: number): Promise<boolean> {
  const goesOn = pause(ms, 'goes on' as const);
  for (;;) {
    const next = await Promise.race([reader.read().catch(() => undefined), goesOn]);
    if (next === 'goes on') return false;
    if (next === undefined || next.done) return true;
  }
}
