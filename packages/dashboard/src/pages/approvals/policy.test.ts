import { expect, test } from 'vitest';
import { withClass } from './policy.ts';

test('one mark changes one class and no other', () => {
  expect(withClass([], 'commands', true)).toEqual(['commands']);
  expect(withClass(['templates', 'delete'], 'commands', true)).toEqual(['delete', 'commands', 'templates']);
  expect(withClass(['delete', 'commands'], 'delete', false)).toEqual(['commands']);
  expect(withClass(['delete'], 'delete', true)).toEqual(['delete']);
});
