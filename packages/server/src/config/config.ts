import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Experiment, knownExperiments, resolveExperiments } from './experiments.ts';
import { type OptionKey, type OptionValues, optionList } from './options.ts';
import { ConfigError, type Problem } from './problems.ts';
import { suggest } from './suggest.ts';
import { readYaml, type YamlValue } from './yaml-source.ts';

/** The server's configuration: the value of every option, durations in milliseconds. */
export interface Config extends Omit<OptionValues, 'experiments'> {
  /** Absolute. */
  readonly configDir: string;
  /** Absolute. */
  readonly dataDir: string;
  /** Empty if nobody chose one: it is then the address the server listens on. */
  readonly accessUrl: string;
  readonly experiments: ReadonlySet<Experiment>;
  /** Where each option that was given was given. */
  readonly sources: Readonly<Partial<Record<OptionKey, string>>>;
}

export interface ConfigInput {
  /** Flags by their long name without dashes, as the command line split them. A flag without a value is true. */
  flags?: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  env?: Readonly<Record<string, string | undefined>>;
  /** Defaults to reading the file system; a test passes its own. */
  readFile?: (path: string) => string;
  /** The user the server runs as, which the place of its data depends on. */
  uid?: number | undefined;
  home?: string;
}

export interface ParsedConfig {
  config: Config;
  /** What is allowed and probably not meant. */
  warnings: string[];
}

/**
 * Makes the configuration from flags, environment and file, in this order of precedence, and the defaults.
 * @throws {ConfigError} with every problem there is, each with its source and what would be right
 */
export function parseConfig(input: ConfigInput = {}): ParsedConfig {
  const { flags = {}, env = process.env } = input;
  const problems: Problem[] = unknownFlags(flags);
  const file = readConfigFile(input, problems);
  const values: Partial<Record<OptionKey, unknown>> = {};
  const sources: Partial<Record<OptionKey, string>> = {};
  for (const { key, option } of optionList) {
    const given = flagValue(flags, option.flag) ?? envValue(env, option.env) ?? fileValue(file, option.yaml);
    values[key] = option.default;
    if (!given) continue;
    sources[key] = given.source;
    const parsed = option.parse(given.text);
    if (parsed.ok) values[key] = parsed.value;
    else {
      const shown = option.secret ? '' : ` "${given.text}"`;
      problems.push({ source: `${given.source}${shown}`, problem: parsed.problem });
    }
  }
  const given = values as OptionValues;
  if (given.defaultTokenLifetime > given.maxTokenLifetime && problems.length === 0) {
    const source = sources.maxTokenLifetime ?? sources.defaultTokenLifetime ?? '--default-token-lifetime';
    problems.push({
      source,
      problem: 'the maximum lifetime of a token must be at least the default lifetime',
    });
  }
  if (problems.length > 0) throw new ConfigError(problems);

  const { enabled, unknown } = resolveExperiments(given.experiments);
  const configDir = resolve(given.configDir || defaultConfigDir(env, input.home ?? homedir()));
  const uid = input.uid ?? process.getuid?.();
  const dataDir = resolve(given.dataDir || defaultDataDir(configDir, uid));
  const config: Config = { ...given, configDir, dataDir, experiments: enabled, sources };
  return { config, warnings: warningsOf(config, unknown) };
}

type Given = { text: string; source: string } | undefined;

function flagValue(flags: NonNullable<ConfigInput['flags']>, name: string): Given {
  const value = flags[name];
  if (value === undefined) return undefined;
  return { text: Array.isArray(value) ? value.join(',') : String(value), source: `--${name}` };
}

/** An empty variable is one that is not set. */
function envValue(env: NonNullable<ConfigInput['env']>, name: string): Given {
  const value = env[name];
  return value ? { text: value, source: name } : undefined;
}

function fileValue(file: ReadonlyMap<string, YamlValue>, paths: readonly string[]): Given {
  return paths.map((path) => file.get(path)).find((value) => value !== undefined);
}

function unknownFlags(flags: NonNullable<ConfigInput['flags']>): Problem[] {
  const known = optionList.map(({ option }) => option.flag);
  return Object.keys(flags)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const like = suggest(name, known);
      return { source: `--${name}`, problem: `is not an option${like ? `; did you mean --${like}?` : ''}` };
    });
}

function readConfigFile(input: ConfigInput, problems: Problem[]): ReadonlyMap<string, YamlValue> {
  const { flags = {}, env = process.env, readFile = (path) => readFileSync(path, 'utf8') } = input;
  const path = flagValue(flags, 'config') ?? envValue(env, 'CODER_CONFIG_PATH');
  if (!path) return new Map();
  let content: string;
  try {
    content = readFile(path.text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : `the file cannot be read (${code ?? error})`;
    problems.push({ source: `${path.source} "${path.text}"`, problem: why });
    return new Map();
  }
  const file = readYaml(content, path.text);
  problems.push(...file.problems);
  return file.values;
}

function defaultConfigDir(env: NonNullable<ConfigInput['env']>, home: string): string {
  return join(env.XDG_CONFIG_HOME || join(home, '.config'), 'coderv2');
}

/**
 * A root server lends unprivileged accounts to its database and to workspaces, and they cannot pass through root's home; its
 * data lie where they can, in a folder for each configuration.
 */
function defaultDataDir(configDir: string, uid: number | undefined): string {
  if (uid !== 0) return join(configDir, 'data');
  return join('/var/lib/coder', createHash('sha256').update(configDir).digest('hex').slice(0, 12));
}

function warningsOf(config: Config, unknownExperiments: readonly string[]): string[] {
  const warnings = unknownExperiments.map((name) => {
    const like = suggest(name, knownExperiments);
    return `There is no experiment "${name}"${like ? `; did you mean ${like}?` : ''} Known: ${knownExperiments.join(', ')}.`;
  });
  if (config.experiments.has('mcp-server-http') && !config.experiments.has('oauth2')) {
    warnings.push(
      'The experiment mcp-server-http needs oauth2 too: without it the MCP address stays closed.',
    );
  }
  if (config.proxyTrustedHeaders.length > 0 && config.proxyTrustedOrigins.length === 0) {
    warnings.push(
      '--proxy-trusted-headers has no effect without --proxy-trusted-origins: no proxy is trusted.',
    );
  }
  if (config.githubClientId || config.githubClientSecret) {
    warnings.push(
      'Login with GitHub is configured, but this version does not offer it yet: users sign in with their password.',
    );
  }
  if (config.dangerousDisableRateLimits)
    warnings.push('Rate limits are off: anyone who reaches this server can overload it.');
  if (config.localSandbox === 'none') {
    warnings.push(
      'Local workspaces run without a sandbox: they can read whatever their account may read on this machine.',
    );
  }
  return warnings;
}
