export { type Config, type ConfigInput, type ParsedConfig, parseConfig } from './config.ts';
export { formatDuration, parseDuration } from './duration.ts';
export { type Experiment, experiments, knownExperiments, safeExperiments } from './experiments.ts';
export { renderHelp, renderReference } from './help.ts';
export type { Option } from './option.ts';
export { type Address, formatAddress } from './option-kinds.ts';
export { type OptionKey, optionList } from './options.ts';
export { ConfigError, type Problem } from './problems.ts';
