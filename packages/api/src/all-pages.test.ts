import { expect, it } from 'vitest';
import { allPages } from './all-pages.ts';

it.each([
  [0, [0]],
  [999, [0]],
  [1_000, [0, 1_000]],
  [2_001, [0, 1_000, 2_000]],
])('reads %i entries whole, in pages from %j', async (count, offsets) => {
  const entries = Array.from({ length: count }, (_, index) => index);
  const asked: number[] = [];
  const all = await allPages(async ({ limit, offset }) => {
    asked.push(offset);
    return entries.slice(offset, offset + limit);
  });
  expect(all).toEqual(entries);
  expect(asked).toEqual(offsets);
});
