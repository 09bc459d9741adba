#!/usr/bin/env node
// The `coder` command on whatever Node the machine has: the sources need Node 24, which the project brings along, so an
// older one hands over to it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const pinned = fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= 24) {
  // What the sources compile to is kept, so that the next command starts in half the time.
  module.enableCompileCache?.();
  process.argv[1] = entry;
  await import(entry);
} else if (existsSync(pinned)) {
  // By the channel it learns of the end of this program, whatever that was.
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
  const child = spawn(pinned, [entry, ...process.argv.slice(2)], { stdio });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
} else {
  console.error(
    'coder needs Node.js 24 or newer. Run "npm start" once in its folder, or install Node.js 24.',
  );
  process.exit(1);
}
