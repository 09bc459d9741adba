export { type Config, type ConfigInput, parseConfig } from './config.ts';
export { knownExperiments, safeExperiments } from './experiments.ts';
export { renderHelp, renderReference } from './help.ts';
export { optionList } from './options.ts';
export { ConfigError } from './problems.ts';
