import { expect, it } from 'vitest';
import { nearest } from './nearest.ts';

it('finds the name that was meant, whatever its case and however its words are joined', () => {
  expect(nearest('emial', ['name', 'email'])).toBe('email');
  expect(nearest('DisplayName', ['name', 'display_name'])).toBe('display_name');
  expect(nearest('cpu', ['cpus', 'memory'])).toBe('cpus');
});

it('guesses nothing when no name is near, and nothing for a name without end', () => {
  expect(nearest('color', ['name', 'email'])).toBeUndefined();
  expect(nearest('xy', ['ab'])).toBeUndefined();
  expect(nearest('a', [])).toBeUndefined();
  expect(nearest('x'.repeat(1_000_000), ['name'])).toBeUndefined();
});
