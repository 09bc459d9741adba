// `npm start`: installs and builds the dashboard if needed, then runs `coder quickstart` on the project's own Node.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled, projectNode, root } from './install.mjs';

ensureInstalled();
// Without the dashboard the server still serves everything else, and says on its pages how to build it.
spawnSync(projectNode(), [join(root, 'scripts/build-dashboard.mjs')], { stdio: ['ignore', 2, 2] });
const args = [join(root, 'packages/cli/src/main.ts'), 'quickstart', ...process.argv.slice(2)];
const child = spawn(projectNode(), args, { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
