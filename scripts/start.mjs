// `npm start`: installs if needed, then runs `coder quickstart` on the project's own Node.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled, projectNode, root } from './install.mjs';

ensureInstalled();
const args = [join(root, 'packages/cli/src/main.ts'), 'quickstart', ...process.argv.slice(2)];
const child = spawn(projectNode(), args, { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
