import { EventsQuery } from '@coder/api/agent';
import { parse } from '../http/parse.ts';
import { writeWithBackpressure } from '../http/request.ts';
import type { Route } from '../http/server.ts';
import type { EventLog } from './event-log.ts';

/** Resolves at the next event, or when the signal aborts. */
function nextEvent(log: EventLog, after: number, signal: AbortSignal): Promise<void> {
  if (log.lastSeq > after || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      off();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const off = log.onAdd(done);
    signal.addEventListener('abort', done, { once: true });
  });
}

export function eventRoutes(log: EventLog): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/events',
      async handler({ stream, query, signal }) {
        const asked = parse(EventsQuery, query);
        const { hello, after } = log.hello(asked.after, asked.boot_id);
        stream.respond({ ':status': 200, 'content-type': 'application/x-ndjson' });
        if (!(await writeWithBackpressure(stream, `${JSON.stringify(hello)}\n`))) return undefined;
        let cursor = after;
        while (!signal.aborted) {
          const { events } = log.since(cursor);
          for (const event of events) {
            if (!(await writeWithBackpressure(stream, `${JSON.stringify(event)}\n`))) return undefined;
            cursor = event.seq;
          }
          await nextEvent(log, cursor, signal);
        }
        return undefined;
      },
    },
  ];
}
