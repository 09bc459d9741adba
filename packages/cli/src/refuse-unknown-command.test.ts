import { expect, it } from 'vitest';
import { runCoder } from './testing/run-coder.ts';

it.each([
  [['frobnicate', '--help'], "unknown command 'frobnicate'"],
  [['help', 'frobnicate'], "unknown command 'frobnicate'"],
  [['stpo', '--help'], '(Did you mean stop?)'],
  [['templates', 'lst', '--help'], '(Did you mean list?)'],
  [['exp', 'mcpp', '-h'], '(Did you mean mcp?)'],
  [['exp', 'mcp', 'doctr', '--help'], '(Did you mean doctor?)'],
])('help for a command that there is not is refused: %j', async (words, message) => {
  const { code, stderr, stdout } = await runCoder(...words);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain(message);
});

it.each([
  [['--help'], 'Usage: coder'],
  [['help'], 'Usage: coder'],
  [['help', 'list'], 'Usage: coder list'],
  [['tunnel', '--help'], 'Usage: coder port-forward'],
  [['templates', '--help'], 'Usage: coder templates'],
  [['templates', 'versions', 'node', '--help'], 'Usage: coder templates versions'],
  [['exp', 'mcp', '--help'], 'Usage: coder exp mcp'],
])('help for one that there is is given: %j', async (words, usage) => {
  const { code, stdout } = await runCoder(...words);
  expect(code).toBe(0);
  expect(stdout).toContain(usage);
});
