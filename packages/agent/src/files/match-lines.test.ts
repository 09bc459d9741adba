import { expect, test } from 'vitest';
import { matchLines } from './match-lines.ts';

test('lines and columns are told, up to the limit', () => {
  const lines = ['nothing', 'a hello', 'hello', 'hello'];
  expect(matchLines(/h(el)+lo/, lines, 2)).toEqual([
    { line: 1, column: 2 },
    { line: 2, column: 0 },
  ]);
});

test('a pattern that would take for ever is given up', () => {
  const started = performance.now();
  expect(matchLines(/^(\w+\s?)*$/, [`${'word '.repeat(40)}!`], 10)).toBeUndefined();
  expect(performance.now() - started).toBeLessThan(5_000);
});
