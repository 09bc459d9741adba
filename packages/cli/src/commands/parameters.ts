import { readFileSync } from 'node:fs';
import { confirm, isCancel, select, text } from '@clack/prompts';
import type { ApiClient, BuildParameter, TemplateVersionParameter } from '@coder/api';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { CliError } from '../cli-error.ts';

export type ParameterFlags = {
  parameter: string[];
  richParameterFile?: string;
  yes?: boolean;
  preset?: string;
};

const collect = (value: string, previous: string[]) => [...previous, value];

/** The flags of every command that takes parameter values. */
export function addParameterFlags(command: Command): Command {
  return command
    .option('--parameter <name=value>', 'value of a parameter; may be repeated', collect, [])
    .option('--rich-parameter-file <file>', 'YAML file of parameter names and values')
    .option('--preset <name>', "one of the template's presets")
    .option('-y, --yes', 'ask nothing');
}

/** The flags that say which values a build is to have, as they were given; empty when none was. */
export function givenValues({ parameter, richParameterFile, preset }: ParameterFlags): string[] {
  return [
    ...parameter.flatMap((one) => ['--parameter', one]),
    ...(richParameterFile === undefined ? [] : ['--rich-parameter-file', richParameterFile]),
    ...(preset === undefined ? [] : ['--preset', preset]),
  ];
}

/** Reads `name=value` flags and the file; a flag wins over the file. */
export function readParameters(flags: ParameterFlags): BuildParameter[] {
  const values = new Map<string, string>();
  if (flags.richParameterFile !== undefined) {
    const content: unknown = parse(readFileSync(flags.richParameterFile, 'utf8'));
    if (typeof content !== 'object' || content === null || Array.isArray(content)) {
      throw new CliError(`${flags.richParameterFile} must hold a mapping of parameter names to values.`);
    }
    for (const [name, value] of Object.entries(content)) {
      values.set(name, typeof value === 'string' ? value : JSON.stringify(value));
    }
  }
  for (const flag of flags.parameter) {
    const at = flag.indexOf('=');
    if (at < 1) throw new CliError(`--parameter "${flag}" must be written name=value.`);
    values.set(flag.slice(0, at), flag.slice(at + 1));
  }
  return [...values].map(([name, value]) => ({ name, value }));
}

async function askOne(parameter: TemplateVersionParameter): Promise<string> {
  const message = `${parameter.display_name || parameter.name}${parameter.description_plaintext ? ` — ${parameter.description_plaintext}` : ''}`;
  const answer =
    parameter.options.length > 0
      ? await select({
          message,
          options: parameter.options.map((o) => ({ value: o.value, label: o.name, hint: o.description })),
          initialValue: parameter.default_value,
        })
      : parameter.type === 'bool'
        ? await confirm({ message, initialValue: parameter.default_value === 'true' })
        : await text({ message, initialValue: parameter.default_value });
  if (isCancel(answer)) throw new CliError('Canceled.', 130);
  return String(answer);
}

/** Asks, on a terminal, for the values that are not given; elsewhere defaults hold and the server names what is missing. */
export async function completeParameters(
  client: ApiClient,
  version: string,
  given: BuildParameter[],
  flags: ParameterFlags,
): Promise<BuildParameter[]> {
  if (flags.yes || flags.preset !== undefined || !process.stdin.isTTY) return given;
  const known = new Set(given.map((p) => p.name));
  const parameters = await client.templateVersions.parameters({ version });
  const asked: BuildParameter[] = [];
  for (const parameter of parameters) {
    if (known.has(parameter.name) || parameter.ephemeral) continue;
    asked.push({ name: parameter.name, value: await askOne(parameter) });
  }
  return [...given, ...asked];
}

/** The id of a preset by its name. */
export async function findPreset(client: ApiClient, version: string, name: string | undefined) {
  if (name === undefined || name === 'none') return undefined;
  const presets = await client.templateVersions.presets({ version });
  const found = presets.find((p) => p.Name.toLowerCase() === name.toLowerCase());
  if (!found)
    throw new CliError(`No preset "${name}". There are: ${presets.map((p) => p.Name).join(', ') || 'none'}.`);
  return found.ID;
}
