import {
  type Config,
  ConfigError,
  createLogger,
  optionList,
  parseConfig,
  type RunningServer,
  renderHelp,
  runServer,
} from '@coder/server';
import { Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';

/** The flags of the server as the command line split them, by their long names. */
export function serverFlags(command: Command): Record<string, string | boolean | undefined> {
  const values = command.opts<Record<string, string | boolean | undefined>>();
  return Object.fromEntries(
    command.options
      .map((option) => [option.name(), values[option.attributeName()]] as const)
      .filter(([, value]) => value !== undefined),
  );
}

/** Adds every option of the server, from the table that the server reads its configuration with. */
export function addServerFlags(command: Command): Command {
  for (const { option } of optionList) {
    const flags = `${option.short ? `-${option.short}, ` : ''}--${option.flag} ${option.type === 'bool' ? '[bool]' : `<${option.type}>`}`;
    command.addOption(new Option(flags, option.description));
  }
  return command;
}

/** Reads the configuration or fails with every problem there is. */
export function readServerConfig(flags: Record<string, string | boolean | undefined>) {
  try {
    const { config, warnings } = parseConfig({ flags, env: process.env });
    for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
    return config;
  } catch (error) {
    if (error instanceof ConfigError) throw new CliError(error.message.split('\n'));
    throw error;
  }
}

/** Runs a server until it is told to stop; the process then ends with its exit code. */
export async function serve(
  config: Config,
  onReady?: (server: RunningServer) => Promise<void>,
): Promise<void> {
  const log = createLogger({ level: config.logLevel, format: config.logFormat });
  process.exitCode = await runServer(config, { log, ...(onReady === undefined ? {} : { onReady }) });
}

export function serverCommand(): Command {
  const command = addServerFlags(new Command('server').description('Run the server of a deployment'));
  command.helpInformation = () =>
    `Run the server of a deployment.\n\nUSAGE: coder server [flags]\n\n${renderHelp()}`;
  return command.action(async () => {
    await serve(readServerConfig(serverFlags(command)));
  });
}
