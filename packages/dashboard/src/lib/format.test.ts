import { expect, test } from 'vitest';
import { formatAgo, formatBytes, formatSpan, formatWords } from './format.ts';

test('bytes are shown in the largest fitting unit', () => {
  expect([0, 1023, 1536, 150 * 1024 ** 2, 1.25 * 1024 ** 3].map(formatBytes)).toEqual([
    '0 B',
    '1023 B',
    '1.5 KiB',
    '150 MiB',
    '1.3 GiB',
  ]);
});

test('a span has at most two units', () => {
  expect([400, 8000, 61_000, 3_660_000, 100 * 3_600_000].map(formatSpan)).toEqual([
    '0 s',
    '8 s',
    '1 min',
    '1 h 1 min',
    '4 d 4 h',
  ]);
});

test('a choice of time spans is in words', () => {
  expect([60, 3600, 86_400, 30 * 86_400, 5400, 61].map(formatWords)).toEqual([
    '1 minute',
    '1 hour',
    '1 day',
    '30 days',
    '90 minutes',
    '61 seconds',
  ]);
});

test('times lie in the past, ahead, or have never been', () => {
  const now = Date.parse('2026-06-01T12:00:00Z');
  expect(formatAgo('2026-06-01T11:59:59Z', now)).toBe('now');
  expect(formatAgo('2026-06-01T11:00:00Z', now)).toBe('1 h ago');
  expect(formatAgo('2026-06-01T14:00:00Z', now)).toBe('in 2 h');
  expect(formatAgo('0001-01-01T00:00:00Z', now)).toBe('never');
});
