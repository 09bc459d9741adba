import { expect, test } from 'vitest';
import { plainName } from './plain-name.ts';

test('a name reads as it is written, in any script', () => {
  for (const name of ['Claude Code', 'Агент 007', '助手', 'مساعد', '<b>x</b>'])
    expect(plainName(name)).toBe(name);
});

test('a name cannot change how the text around it reads', () => {
  expect(plainName('Claude\u202e live')).toBe('Claude live');
  expect(plainName('a\u0000b\nc\u2028d\u200be\u2066f')).toBe('a b c d e f');
});

test('a name of nothing is said to be none', () => {
  for (const name of ['', ' ', '\u200b\u3164']) expect(plainName(name)).toBe('An application without a name');
  expect(plainName('\u200b', 'builders')).toBe('builders');
});
