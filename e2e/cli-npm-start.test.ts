import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { node } from './harness/coder.ts';
import { verifies } from './requirements.ts';

const start = fileURLToPath(new URL('../scripts/start.mjs', import.meta.url));

test(verifies('quickstart.npm-flags'), () => {
  // What is left of `npm start --http-address 127.0.0.1:3911`.
  const { status, stdout, stderr } = spawnSync(node, [start, '127.0.0.1:3911'], { encoding: 'utf8' });
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/Type, for example: npm start -- --http-address 127\.0\.0\.1:3911\n$/);
});
