// `npm start`: installs and builds the dashboard if needed, then runs `coder quickstart` on the project's own Node.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled, projectNode, root } from './install.mjs';

refuseWhatNpmTookApart(process.argv.slice(2));
ensureInstalled();
// Without the dashboard the server still serves everything else, and says on its pages how to build it.
spawnSync(projectNode(), [join(root, 'scripts/build-dashboard.mjs')], { stdio: ['ignore', 2, 2] });
const args = [join(root, 'packages/cli/src/main.ts'), 'quickstart', ...process.argv.slice(2)];
// By the channel it learns of the end of this program, whatever that was.
const child = spawn(projectNode(), args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));

/** `npm start --flag value`, without `--` before it, keeps the flag for npm and hands the value on alone. */
function refuseWhatNpmTookApart([first]) {
  if (first === undefined || first.startsWith('-')) return;
  const address = /^\S*:\d+$/.test(first) ? first : '127.0.0.1:3911';
  console.error(
    `"npm start" does not take "${first}": flags must stand behind "--", or npm keeps them for itself. Type, for example: npm start -- --http-address ${address}`,
  );
  process.exit(1);
}
