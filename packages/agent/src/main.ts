import { rmSync } from 'node:fs';
import { optimizeSooner } from '@coder/api/optimize-sooner';
import type { Agent } from './agent.ts';
import { readConfig } from './config.ts';
import { keepLink } from './link/keep-link.ts';
import { version } from './version.ts';

/** How long the server has to read the last events before the link goes. */
const LAST_WORDS_MS = 250;

function log(message: string): void {
  process.stderr.write(`${new Date().toISOString()} ${message}\n`);
}

async function run(): Promise<void> {
  // Whoever reads our log may be gone before us; that is no error, least of all one to log.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const config = readConfig(process.env, `${process.pid}-${Date.now().toString(36)}`);
  const stopLink = new AbortController();
  // What the agent is made of takes longer to load than the dial to send; it is loaded while the server answers.
  let loading: Promise<Agent> | undefined;
  const load = () => {
    loading ??= import('./agent.ts').then(({ createAgent }) =>
      createAgent({
        version,
        stateDir: config.stateDir,
        marker: config.marker,
        env: process.env,
        agentUrl: config.url,
        log,
        onOff: () => setTimeout(() => stopLink.abort(), LAST_WORDS_MS),
      }),
    );
    return loading;
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => void load().then((agent) => agent.shutdown({ reason: signal })));
  }
  // A bug must not take the workspace's processes with it.
  process.on('uncaughtException', (error) => log(`unexpected: ${error.stack ?? error.message}`));
  process.on('unhandledRejection', (error) =>
    log(`unexpected: ${error instanceof Error ? error.stack : String(error)}`),
  );

  optimizeSooner();
  const end = await keepLink({
    agentUrl: config.url,
    token: config.token,
    version,
    log,
    signal: stopLink.signal,
    onSent: () => void load(),
    onOpen: (duplex) => void load().then((agent) => agent.server.emit('connection', duplex)),
  });
  if (end === 'token_refused') {
    log('the server no longer accepts this workspace; shutting down');
    await (await load()).shutdown({ reason: 'token refused' });
  }
  rmSync(config.stateDir, { recursive: true, force: true });
  process.exit(0);
}

/** With `--load-only` nothing is started: whoever keeps what the engine makes of the agent waits for this. */
export const loaded = process.argv[2] === '--load-only' ? import('./agent.ts') : undefined;

if (!loaded) {
  run().catch((error: unknown) => {
    log(error instanceof Error ? error.message : String(error));
    process.exit(1);
  });
}
