import { expect, it } from 'vitest';
import { runCoder } from '../../testing/run-coder.ts';
import { parseCopy } from './places.ts';

const here = (path: string) => ({ workspace: undefined, path });

it.each([
  ['a', 'web:b', { from: here('a'), to: { workspace: 'web', path: 'b' } }],
  ['ann/web:/etc/hosts', '.', { from: { workspace: 'ann/web', path: '/etc/hosts' }, to: here('.') }],
  ['web:', './a:b', { from: { workspace: 'web', path: '~' }, to: here('./a:b') }],
  ['./-', 'web:-', { from: here('./-'), to: { workspace: 'web', path: '-' } }],
  [':a', 'web:a:b', { from: here(':a'), to: { workspace: 'web', path: 'a:b' } }],
])('copies from %s to %s', (from, to, copy) => {
  expect(parseCopy(from, to)).toEqual(copy);
});

const through =
  'One of the two places must be on this machine, and both are in a workspace. Copy by way of this machine: ';
it.each([
  [['a', 'b'], 'One of the two places must be in a workspace: write it <workspace>:<path>.'],
  [['web:a', 'py:b'], `${through}"coder cp web:a <here>", then "coder cp <here> py:b"; or by the MCP tool`],
  [['-r', 'web:my a', 'py:b'], `${through}"coder cp -r 'web:my a' <here>", then "coder cp -r <here> py:b"`],
  [['web:a', '-'], 'For a file of that name write "./-"'],
  [['-', 'web:a'], '"-" is neither standard input nor output here.'],
])('refuses %j before it asks any server', async (words, message) => {
  const refused = await runCoder('cp', ...words);
  expect([refused.code, refused.stdout]).toEqual([1, '']);
  expect(refused.stderr).toContain(message);
});
