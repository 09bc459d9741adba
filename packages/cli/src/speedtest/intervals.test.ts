import { expect, it } from 'vitest';
import { createIntervals } from './intervals.ts';

it('counts by the second, seconds in which nothing passed too, until the time is over', () => {
  let now = 500;
  const intervals = createIntervals(3_000, () => now);
  const at = (time: number, bytes: number) => {
    now = 500 + time;
    return intervals.count(bytes);
  };
  expect([at(0, 10), at(900, 5), at(2_100, 7), at(3_050, 1)]).toEqual([true, true, true, false]);
  now = 3_700;
  expect(intervals.all()).toEqual([
    { from: 0, to: 1_000, bytes: 15 },
    { from: 1_000, to: 2_000, bytes: 0 },
    { from: 2_000, to: 3_200, bytes: 8 },
  ]);
  expect(createIntervals(1_000).all()).toEqual([]);
});
