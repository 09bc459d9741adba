import { expect, it } from 'vitest';
import { durationText, goDuration, parseWait } from './duration.ts';

it('takes a bare number for seconds', () => {
  expect(parseWait('5')).toBe(5_000);
  expect(parseWait('0.5')).toBe(500);
  expect(parseWait('1m30s')).toBe(90_000);
});

it.each(['', 's', '1x', '-5s', '-5', '5s '])('refuses %j', (text) => {
  expect(durationText.safeParse(text).success).toBe(false);
});

it('writes as Go does', () => {
  expect(goDuration(300_000)).toBe('5m0s');
  expect(goDuration(10_000)).toBe('10s');
});
