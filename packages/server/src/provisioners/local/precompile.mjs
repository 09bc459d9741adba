// `node precompile.mjs <bundle>`, with the options that agents have: loads all that an agent is made of, without starting one, and
// keeps beside it what the engine has made of it, so that an agent need not make it again at each start.
import { writeFileSync } from 'node:fs';
import { agentScript, codeFile } from './agent-script.mjs';

const [, , entry] = process.argv;
process.argv[2] = '--load-only';
const { script, run } = agentScript(entry);
await run().loaded;
writeFileSync(codeFile(entry), script.createCachedData());
