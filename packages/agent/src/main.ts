import { rmSync } from 'node:fs';
import { createAgent } from './agent.ts';
import { readConfig } from './config.ts';
import { keepLink } from './link/keep-link.ts';
import { version } from './version.ts';

/** How long the server has to read the last events before the link goes. */
const LAST_WORDS_MS = 250;

function log(message: string): void {
  process.stderr.write(`${new Date().toISOString()} ${message}\n`);
}

async function run(): Promise<void> {
  const config = readConfig(process.env, `${process.pid}-${Date.now().toString(36)}`);
  const stopLink = new AbortController();
  const agent = createAgent({
    version,
    stateDir: config.stateDir,
    marker: config.marker,
    env: process.env,
    agentUrl: config.url,
    log,
    onOff: () => setTimeout(() => stopLink.abort(), LAST_WORDS_MS),
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => void agent.shutdown({ reason: signal }));
  }
  // A bug must not take the workspace's processes with it.
  process.on('uncaughtException', (error) => log(`unexpected: ${error.stack ?? error.message}`));
  process.on('unhandledRejection', (error) =>
    log(`unexpected: ${error instanceof Error ? error.stack : String(error)}`),
  );

  const end = await keepLink({
    agentUrl: config.url,
    token: config.token,
    version,
    log,
    signal: stopLink.signal,
    onOpen: (duplex) => agent.server.emit('connection', duplex),
  });
  if (end === 'token_refused') {
    log('the server no longer accepts this workspace; shutting down');
    await agent.shutdown({ reason: 'token refused' });
  }
  rmSync(config.stateDir, { recursive: true, force: true });
  process.exit(0);
}

run().catch((error: unknown) => {
  log(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
