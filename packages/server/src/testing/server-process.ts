import { ConfigError, createLogger, parseConfig, runServer, StartupError } from '../index.ts';

// A whole server as a process of its own, configured by its environment, for tests that kill it.
const { config } = parseConfig();
try {
  process.exitCode = await runServer(config, {
    log: createLogger({ level: config.logLevel, format: 'json' }),
  });
} catch (error) {
  if (!(error instanceof StartupError || error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
