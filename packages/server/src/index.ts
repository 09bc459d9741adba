export {
  type Config,
  ConfigError,
  type ConfigInput,
  optionList,
  parseConfig,
  renderHelp,
  renderReference,
} from './config/index.ts';
export { createLogger, createNoopLogger, type Logger } from './logger.ts';
export {
  type RunningServer,
  type RunOptions,
  runServer,
  type ServerOptions,
  startServer,
} from './main/index.ts';
export { StartupError } from './startup-error.ts';
export { version } from './version.ts';
