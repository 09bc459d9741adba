import { expect, it } from 'vitest';
import { testClock } from '../testing/index.ts';
import { createActivity } from './activity.ts';

it('passes activity on at most once a minute for each workspace', () => {
  const clock = testClock();
  const seen: string[] = [];
  const activity = createActivity({ clock, onActivity: (id, at) => seen.push(`${id} ${at.getTime()}`) });
  const start = clock.now().getTime();
  activity.note('a');
  activity.note('a');
  activity.note('b');
  clock.advance(59_999);
  activity.note('a');
  clock.advance(1);
  activity.note('a');
  expect(seen).toEqual([`a ${start}`, `b ${start}`, `a ${start + 60_000}`]);
});
