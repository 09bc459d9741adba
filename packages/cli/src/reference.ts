import type { Argument, Command, Option } from 'commander';
import { loadedCommand } from './lazy-command.ts';
import { createProgram } from './program.ts';

const HEAD = `# The command line

Every command of \`coder\` with its arguments and flags. \`coder <command> --help\` says the same. This page is made from the
commands themselves (\`npm run docs\` writes it).

A command says what went wrong in a sentence, and what to do next, on standard error, and exits with 1. Lists are tables
for people, and JSON with \`--output json\`. \`coder completion <shell>\` prints a script by which bash, zsh, fish or
PowerShell completes commands, flags and names.`;

const SIGN_IN = `## Signing in

\`coder login <url>\` on a terminal prints an address and a code. Open the address in any browser, on any machine, compare the
code, and mark what this command may do, in which workspaces, and until when; *Everything you may do* is all of it. What
it gets lives for an hour and renews itself while it is used, also in \`coder exp mcp server\`, until the time that you chose;
the dashboard's *Applications* page and \`coder oauth2-provider connections\` show it and end it, and so does \`coder logout\`. It
is a program's access: it decides about no approval, and needs yours where you demand it.

With \`--email\`, or where the server runs without the experiment \`oauth2\`, it asks for your password; that session ends a day
after its last use. \`--token\` keeps a token that you have. Where there is no terminal nothing is asked: give \`--device\` (the code
is printed, and the command waits for you), \`--token\`, \`CODER_SESSION_TOKEN\`, or \`--email\` and \`--password\`.`;

/** Commands whose flags are the options of the server, which have a page of their own. */
const configured: ReadonlySet<string> = new Set(['coder server', 'coder quickstart']);

/** The reference page of the command line, in Markdown. */
export async function renderCliReference(): Promise<string> {
  const program = createProgram();
  const groups = Map.groupBy(
    program.commands.filter((command) => command.helpGroup() !== ''),
    (command) => command.helpGroup().replace(/:$/, ''),
  );
  const parts = [HEAD, '## Flags of every command', options(program.options), SIGN_IN];
  for (const [title, commands] of groups) {
    parts.push(`## ${title}`);
    for (const command of commands) parts.push(...(await sections(command, 'coder')));
  }
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** A command and all below it; one that only holds others has no section of its own. */
async function sections(shell: Command, before: string): Promise<string[]> {
  const command = await loadedCommand(shell);
  const path = `${before} ${shell.name()}`;
  const children = command.commands.filter((child) => child.name() !== 'help');
  const below = await Promise.all(children.map((child) => sections(child, path)));
  return children.length > 0 ? below.flat() : [section(command, path)];
}

function section(command: Command, path: string): string {
  const operands = command.registeredArguments.map(operandText).join(' ');
  const aliases = command.aliases();
  return [
    `### \`${`${path} ${operands}`.trim()}\``,
    `${sentence(prose(command.description()))}${aliases.length === 0 ? '' : ` Also \`${aliases.join('`, `')}\`.`}`,
    table(
      'argument',
      command.registeredArguments
        .filter((one) => one.description !== '')
        .map((one) => [`\`${one.name()}\``, prose(one.description)]),
    ),
    configured.has(path)
      ? 'Its flags are the options of the [configuration](configuration.md).'
      : options(command.options),
    textBehind(command),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function operandText(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function options(all: readonly Option[]): string {
  const shown = all.filter((option) => !option.hidden && option.short !== '-v');
  return table(
    'flag',
    shown.map((option) => [`\`${option.flags}\``, optionText(option)]),
  );
}

/** A flag's description with what it may be, its variable and its default, as its help has them. */
function optionText({
  description,
  argChoices,
  envVar,
  defaultValue,
  defaultValueDescription,
  negate,
}: Option): string {
  const isPlain = defaultValue === undefined || typeof defaultValue === 'boolean' || negate;
  const isEmpty = defaultValue === '' || (Array.isArray(defaultValue) && defaultValue.length === 0);
  return [
    prose(description),
    ...(argChoices ? [argChoices.map((choice) => `\`${choice}\``).join(', ')] : []),
    ...(envVar === undefined ? [] : [`variable \`${envVar}\``]),
    ...(isPlain || isEmpty ? [] : [`default \`${defaultValueDescription ?? String(defaultValue)}\``]),
  ].join('; ');
}

function table(heading: string, rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return '';
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  return [`| ${heading} | |`, '|---|---|', ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`)].join(
    '\n',
  );
}

/** What a command's help says behind its flags. */
function textBehind(command: Command): string {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text) });
  command.outputHelp();
  return prose(help.slice(command.helpInformation().length).trim());
}

/** Text of ours as Markdown: `<name>` would be taken for HTML. */
const prose = (text: string) => text.replaceAll('<', '\\<').replaceAll('*', '\\*');

const sentence = (text: string) => `${text}${/[.!?]$/.test(text) ? '' : '.'}`;
