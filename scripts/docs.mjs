// `npm run docs`: writes the reference pages that are made from tables in the sources. Their tests, which otherwise fail
// when a page is not current, are told to write it.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled, projectNode, root } from './install.mjs';

ensureInstalled();
const pages = [
  'packages/tools/src/reference.test.ts',
  'packages/server/src/config/config.test.ts',
  'packages/cli/src/reference.test.ts',
  'packages/server/src/openapi/rest-reference.test.ts',
];
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const args = [vitest, 'run', '--update', '--testNamePattern', 'the reference page', ...pages];
process.exit(spawnSync(projectNode(), args, { cwd: root, stdio: 'inherit' }).status ?? 1);
