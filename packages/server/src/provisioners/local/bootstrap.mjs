// The first thing that runs in a workspace: it takes the agent's environment from the server over file descriptor 3, so that
// the token never stands in /proc/<pid>/environ and no variable of the template can change how Node itself starts. It then
// loads the agent and tells the server that it runs. A server that dies meanwhile closes the descriptor, and this ends.
import { closeSync, readFileSync, readSync, writeSync } from 'node:fs';
import { agentScript, codeFile } from './agent-script.mjs';

const channel = 3;
/** A module may go on awaiting for as long as the agent runs: after this many milliseconds of it, it is running. */
const patienceMs = 100;

function readMessage() {
  const chunks = [];
  const chunk = Buffer.alloc(65_536);
  for (;;) {
    const count = readSync(channel, chunk, 0, chunk.length, null);
    if (count === 0) process.exit(1);
    chunks.push(Buffer.from(chunk.subarray(0, count)));
    if (chunk[count - 1] === 0x0a) return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  }
}

const { env, entry } = readMessage();
Object.assign(process.env, env);
process.argv[1] = entry;

let told = false;
function tell() {
  if (told) return;
  told = true;
  try {
    writeSync(channel, 'running\n');
  } catch {
    // The server has died. The next one starts the workspace anew, because it was never said to run.
    process.exit(1);
  }
  closeSync(channel);
}

/** What the engine has made of the agent, which only the server can write; undefined where it could not. */
function keptCode() {
  try {
    return readFileSync(codeFile(entry));
  } catch {
    return undefined;
  }
}

const patience = setTimeout(tell, patienceMs);
patience.unref();
const code = keptCode();
if (code) agentScript(entry, code).run();
else await import(entry);
clearTimeout(patience);
tell();
