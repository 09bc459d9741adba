import type { Clock } from '../clock.ts';

/** What was read lately, so that it need not be read again for each request. */
export type Held<V> = {
  /** From memory if it was read within the time to live, else loaded; undefined if there is none. */
  find(id: string): Promise<V | undefined>;
  forget(id: string): void;
  forgetWhere(matches: (value: V) => boolean): void;
  forgetAll(): void;
};

export type HeldOptions<V> = {
  load(id: string): Promise<V | undefined>;
  clock: Clock;
  /** Values held at most; the least recently used goes first. */
  capacity?: number;
  /** How long a value is believed without asking again, in milliseconds. */
  ttlMs?: number;
};

/** A bounded memory of loaded values. What is forgotten while it is being loaded is not held. */
export function createHeld<V>(options: HeldOptions<V>): Held<V> {
  const { load, clock, capacity = 10_000, ttlMs = 60_000 } = options;
  const held = new Map<string, { value: V; until: number }>();
  /** Grows with everything forgotten, so that a load can tell whether its value may be old already. */
  let forgotten = 0;

  function hold(id: string, value: V): void {
    held.delete(id);
    held.set(id, { value, until: clock.now().getTime() + ttlMs });
    if (held.size <= capacity) return;
    const [oldest] = held.keys();
    if (oldest !== undefined) held.delete(oldest);
  }

  return {
    async find(id) {
      const entry = held.get(id);
      if (entry && entry.until > clock.now().getTime()) {
        // A map keeps the order of insertion, so putting it in again makes it the youngest.
        held.delete(id);
        held.set(id, entry);
        return entry.value;
      }
      const before = forgotten;
      const value = await load(id);
      if (value !== undefined && before === forgotten) hold(id, value);
      else held.delete(id);
      return value;
    },
    forget(id) {
      forgotten += 1;
      held.delete(id);
    },
    forgetWhere(matches) {
      forgotten += 1;
      for (const [id, { value }] of held) if (matches(value)) held.delete(id);
    },
    forgetAll() {
      forgotten += 1;
      held.clear();
    },
  };
}
