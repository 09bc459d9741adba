import { expect, test } from 'vitest';
import { mayGoTo } from './go-on.ts';

test('an answer goes to web addresses and private schemes, and is never run', () => {
  for (const address of [
    'https://claude.ai/cb?code=1',
    'http://127.0.0.1:3118/cb',
    'cursor://auth/cb?code=1',
  ]) {
    expect([address, mayGoTo(address)]).toEqual([address, true]);
  }
  for (const address of [
    'javascript:alert(1)',
    'JAVASCRIPT:alert(1)',
    ' data:text/html,x',
    'blob:https://x/1',
    '/relative',
    '',
  ]) {
    expect([address, mayGoTo(address)]).toEqual([address, false]);
  }
});
