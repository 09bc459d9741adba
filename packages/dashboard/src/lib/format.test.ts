import { expect, test } from 'vitest';
import { formatAgo, formatBytes, formatSpan } from './format.ts';

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

test('times lie in the past, ahead, or have never been', () => {
  const now = Date.parse('2026-06-01T12:00:00Z');
  expect(formatAgo('2026-06-01T11:59:59Z', now)).toBe('now');
  expect(formatAgo('2026-06-01T11:00:00Z', now)).toBe('1 h ago');
  expect(formatAgo('2026-06-01T14:00:00Z', now)).toBe('in 2 h');
  expect(formatAgo('0001-01-01T00:00:00Z', now)).toBe('never');
});
