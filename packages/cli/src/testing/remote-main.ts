import { createApiClient } from '@coder/api';
import { watchReader } from '../output/reader-gone.ts';
import { runRemote } from '../remote-process.ts';

// `runRemote` alone, as a process of its own: standard input, output and the signals are then really its own.
const [url = '', command] = process.argv.slice(2);
watchReader();
const client = createApiClient({ url });
process.exitCode = await runRemote(client, 'agent', { command, env: {}, cwd: undefined, tty: false });
