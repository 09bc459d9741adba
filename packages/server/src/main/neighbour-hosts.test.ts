import { expect, it } from 'vitest';
import { neighbourWarning } from './neighbour-hosts.ts';

it.each([
  ['http://coder.corp.example', '*.apps.coder.corp.example', 'can replace the session'],
  ['http://coder.corp.example:3000', '*.coder-apps.corp.example:3000', 'can replace the session'],
  ['https://coder.corp.example', '*.coder.corp.example', 'cannot replace a session'],
  ['https://corp.example', '*--apps.corp.example', 'cannot replace a session'],
  ['https://coder.corp.example', '*.apps.other.example', undefined],
  ['http://10.0.0.1:3000', '*.apps.example.com', undefined],
  ['https://coder.corp.example', '', undefined],
])('at %s, apps under %j: %s', (accessUrl, wildcard, told) => {
  const warning = neighbourWarning(accessUrl, wildcard);
  if (told === undefined) expect(warning).toBeUndefined();
  else expect(warning).toContain(told);
});
