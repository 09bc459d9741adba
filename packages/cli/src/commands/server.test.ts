import { expect, it } from 'vitest';
import { runCoder } from '../testing/run-coder.ts';

it('a configuration with several problems has a line for each', async () => {
  const { code, stderr } = await runCoder('server', '--http-address', 'nonsense', '--access-url', 'foo');
  expect([code, stderr.split('\n')]).toEqual([
    1,
    [
      'The configuration has 2 problems:',
      expect.stringMatching(/^ {2}--access-url "foo": must be/),
      expect.stringMatching(/^ {2}--http-address "nonsense": must be/),
      'See "coder server --help" for every option.',
      '',
    ],
  ]);
});
