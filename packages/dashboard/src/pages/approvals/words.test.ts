import { approvalStatuses } from '@coder/api';
import { expect, test } from 'vitest';
import { isShort, statuses } from './words.ts';

test('only what fits on a line stands on one', () => {
  expect(['60000', 'kill', '{}', ''].map(isShort)).toEqual([true, true, true, true]);
  expect(['a\nb', 'x'.repeat(61)].map(isShort)).toEqual([false, false]);
});

test('every status has words', () => {
  expect(Object.keys(statuses)).toEqual([...approvalStatuses]);
});
