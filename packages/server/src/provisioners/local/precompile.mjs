// `node precompile.mjs <bundle>`, with the options that agents have: loads all that an agent is made of, without starting one, and
// keeps beside it what the engine has made of it, so that an agent need not make it again at each start.
import { renameSync, writeFileSync } from 'node:fs';
import { agentScript, codeFile, sealed } from './agent-script.mjs';

const [, , entry] = process.argv;
process.argv[2] = '--load-only';
const { script, run } = agentScript(entry);
await run().loaded;
// An agent that starts meanwhile finds all of it or nothing.
const file = codeFile(entry);
writeFileSync(`${file}.${process.pid}`, sealed(script.createCachedData()), { mode: 0o644, flush: true });
renameSync(`${file}.${process.pid}`, file);
