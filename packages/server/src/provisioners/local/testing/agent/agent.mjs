// A small agent for the tests of the local runtime: it runs the scripts it is sent over a socket in its own folder, as the
// real one does over its link, and leaves TERM to what it started.
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

if (process.env.TEST_AGENT_FAILS) throw new Error(process.env.TEST_AGENT_FAILS);

// A module that never comes to its end: the agent does not begin to work.
if (process.env.TEST_AGENT_HANGS) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);

const socket = join(process.env.CODER_AGENT_STATE_DIR, 'control.sock');
rmSync(socket, { force: true });

const [own, commands] = process.env.CODER_AGENT_TASKS?.split(':') ?? [];
function enter(group) {
  if (own) writeFileSync(group === 'own' ? own : commands, '0');
}

createServer((request, response) => {
  if (request.url === '/env') return response.end(JSON.stringify(process.env));
  if (request.url === '/grow') {
    const taken = [];
    for (;;) taken.push(Buffer.alloc(1 << 20, 1));
  }
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { CODER_AGENT_TOKEN, ...env } = process.env;
    // As the real agent does: what is forked belongs to the group its thread is in.
    enter('commands');
    const child = spawn('/bin/sh', ['-c', Buffer.concat(chunks).toString()], {
      cwd: env.HOME,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    enter('own');
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (data) => {
      output.stdout += data;
    });
    child.stderr.on('data', (data) => {
      output.stderr += data;
    });
    // What goes on in the background may hold the output open, so the end of the script is the end.
    child.on('exit', (code, signal) =>
      setImmediate(() => response.end(JSON.stringify({ code, signal, ...output }))),
    );
  });
}).listen(socket);
