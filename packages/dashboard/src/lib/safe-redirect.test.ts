import fc from 'fast-check';
import { expect, test } from 'vitest';
import { safeRedirect } from './safe-redirect.ts';

const origin = 'https://coder.example.com';

test('a path of the deployment is kept whole', () => {
  for (const path of [
    '/workspaces',
    '/oauth2/authorize?client_id=1&redirect_uri=https%3A%2F%2Fclaude.ai%2Fcb&state=x',
    '/workspaces/ada/demo?tab=log#end',
    '/@ada/demo.main/apps/code/',
  ]) {
    expect(safeRedirect(path, origin)).toBe(path);
  }
});

test.each([
  'https://evil.example',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/.//evil.example',
  '/x/..//evil.example',
  ' //evil.example',
  'javascript:alert(1)',
  'workspaces',
  '',
  undefined,
  ['/workspaces'],
])('%j leads to the start page', (wanted) => {
  expect(safeRedirect(wanted, origin)).toBe('/workspaces');
});

test('signing in does not lead back to signing in', () => {
  expect(safeRedirect('/login?redirect=/login', origin)).toBe('/workspaces');
});

test('whatever is asked for, the browser stays on the deployment', () => {
  const part = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    '//',
    '@',
    ':',
    '%2f',
    '\t',
    'evil.example',
    'https:',
    '?',
    '#',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(part).map((parts) => parts.join('')),
      ),
      (wanted) => {
        expect(new URL(safeRedirect(wanted, origin), origin).origin).toBe(origin);
      },
    ),
  );
});
