import { expect, it } from 'vitest';
import { countArgument } from './count.ts';
import { durationArgument } from './duration.ts';

it.each([
  ['90s', 90_000],
  ['1h30m', 5_400_000],
  ['7d', 604_800_000],
  ['0', 0],
])('reads %s as a length of time', (text, milliseconds) => {
  expect(durationArgument(text)).toBe(milliseconds);
});

it.each(['', 'soon', '5', '-1h', '1 h', '1h5', '99999999999999d'])(
  'refuses %j as a length of time',
  (text) => {
    expect(() => durationArgument(text)).toThrow(
      `"${text}" is not a length of time. Write it like 30m, 8h, 1h30m or 7d.`,
    );
  },
);

it('reads a number of things, and refuses what is none', () => {
  expect(countArgument('50')).toBe(50);
  for (const text of ['0', '-1', '1.5', '1e3', '', 'ten', '9'.repeat(20)]) {
    expect(() => countArgument(text), text).toThrow('is not a number of things');
  }
});
