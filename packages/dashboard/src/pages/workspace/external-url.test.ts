import { expect, test } from 'vitest';
import { externalUrl } from './external-url.ts';

test('only web addresses can be opened', () => {
  expect(externalUrl('https://example.com/x')).toBe('https://example.com/x');
  for (const url of [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'x',
    undefined,
  ]) {
    expect(externalUrl(url)).toBeUndefined();
  }
});
