import type { AgentEvent, EventsHello } from '@coder/api/agent';

type WithoutPlace<T> = T extends unknown ? Omit<T, 'seq' | 'at'> : never;
/** An event before it has its number and time. */
type NewEvent = WithoutPlace<AgentEvent>;

export interface EventLog {
  add(event: NewEvent): void;
  readonly lastSeq: number;
  /** What a reader who knows everything up to `after` finds here, and what it can no longer find. */
  since(after: number): { events: AgentEvent[]; missed: number };
  hello(after: number, bootId: string | undefined): { hello: EventsHello; after: number };
  onAdd(listener: () => void): () => void;
}

/** Kinds that say how things are now, of which the newest is worth most: they must not push out logs. */
const PASSING = new Set<AgentEvent['type']>(['stats', 'metadata', 'activity']);

export interface EventLimits {
  /** Of lifecycle, log and app health events: how many, and how many characters of log. */
  lasting: number;
  lastingCharacters: number;
  /** Of stats, metadata and activity events. */
  passing: number;
}

const defaults: EventLimits = { lasting: 20_000, lastingCharacters: 8 * 1024 * 1024, passing: 500 };

/** Numbers events from 1 without a hole and keeps the newest within bounds. */
export function createEventLog(options: {
  bootId: string;
  now: () => number;
  limits?: EventLimits;
}): EventLog {
  const limits = options.limits ?? defaults;
  const lasting: AgentEvent[] = [];
  const passing: AgentEvent[] = [];
  const listeners = new Set<() => void>();
  let characters = 0;
  let last = 0;

  const weight = (event: AgentEvent) => (event.type === 'log' ? event.output.length : 0);
  const since = (after: number) => {
    const newer = (list: AgentEvent[]) => {
      let from = list.length;
      while (from > 0 && (list[from - 1] as AgentEvent).seq > after) from -= 1;
      return list.slice(from);
    };
    const events = [...newer(lasting), ...newer(passing)].sort((a, b) => a.seq - b.seq);
    return { events, missed: Math.max(0, last - after) - events.length };
  };

  return {
    add(event) {
      last += 1;
      const placed = { ...event, seq: last, at: new Date(options.now()).toISOString() } as AgentEvent;
      if (PASSING.has(placed.type)) {
        passing.push(placed);
        if (passing.length > limits.passing) passing.shift();
      } else {
        lasting.push(placed);
        characters += weight(placed);
        while (
          lasting.length > limits.lasting ||
          (characters > limits.lastingCharacters && lasting.length > 1)
        ) {
          characters -= weight(lasting.shift() as AgentEvent);
        }
      }
      for (const listener of listeners) listener();
    },
    get lastSeq() {
      return last;
    },
    since,
    hello(after, bootId) {
      const from = bootId !== undefined && bootId !== options.bootId ? 0 : Math.min(after, last);
      return {
        after: from,
        hello: { type: 'hello', boot_id: options.bootId, last_seq: last, missed: since(from).missed },
      };
    },
    onAdd(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
