import { expect, test } from 'vitest';
import { createEventLog } from './event-log.ts';

const log = (limits = { lasting: 3, lastingCharacters: 1_000, passing: 2 }) =>
  createEventLog({ bootId: 'b', now: () => 0, limits });
const line = (output: string) => ({ type: 'log', source_id: 's', level: 'info', output }) as const;

test('numbers go on without a hole, and a reader continues where it stopped', () => {
  const events = log();
  for (const text of ['1', '2', '3']) events.add(line(text));
  expect(events.since(1).events.map((e) => e.seq)).toEqual([2, 3]);
  expect(events.since(3)).toEqual({ events: [], missed: 0 });
});

test('what had to be dropped is counted', () => {
  const events = log();
  for (let i = 1; i <= 5; i++) events.add(line(`${i}`));
  expect(events.since(0)).toMatchObject({ missed: 2, events: [{ seq: 3 }, { seq: 4 }, { seq: 5 }] });
  expect(events.since(4).missed).toBe(0);
});

test('passing events push out each other, never a log', () => {
  const events = log();
  events.add(line('keep'));
  for (let i = 0; i < 10; i++) events.add({ type: 'metadata', key: 'k', value: `${i}`, error: '' });
  expect(events.since(0).events.map((e) => e.type)).toEqual(['log', 'metadata', 'metadata']);
});

test('long logs are bounded by their length', () => {
  const events = log({ lasting: 100, lastingCharacters: 10, passing: 2 });
  for (const text of ['12345', '67890', 'x']) events.add(line(text));
  expect(events.since(0)).toMatchObject({ missed: 1 });
});

test('a place in the row of another run is not believed', () => {
  const events = log();
  events.add(line('1'));
  expect(events.hello(40, 'other')).toMatchObject({ after: 0, hello: { boot_id: 'b', last_seq: 1 } });
  expect(events.hello(1, 'b').after).toBe(1);
});
