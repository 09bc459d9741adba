import { expect, it } from 'vitest';
import { runCoder } from '../testing/run-coder.ts';

it('list of a name is refused with the filter that is meant', async () => {
  expect(await runCoder('list', 'demo', '--url', 'http://127.0.0.1:1', '--token', 'x')).toEqual({
    code: 1,
    stdout: '',
    stderr:
      '"coder list" takes no name. Filter with --search "owner:me name:demo", or look at one with "coder show demo".\n',
  });
});
