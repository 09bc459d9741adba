import type { Option } from './option.ts';
import { optionList } from './options.ts';

const width = 80;
const indent = '          ';

/** The options of `coder server --help`, by group. */
export function renderHelp(): string {
  const sections = groups().map(
    ([group, options]) => `${group.toUpperCase()} OPTIONS:\n${options.map(helpEntry).join('\n\n')}`,
  );
  return `${sections.join('\n\n')}\n`;
}

/** The reference page of the options, in Markdown. */
export function renderReference(): string {
  const head = [
    '# Server configuration',
    '',
    'Each option is a flag of `coder server`, an environment variable and a key of the YAML file that `--config` names. A flag',
    'comes before the environment, the environment before the file. This page is made from the table that the server reads its',
    'configuration with.',
  ];
  const sections = groups().map(([group, options]) =>
    ['', `## ${group}`, ...options.map(referenceEntry)].join('\n'),
  );
  return `${head.join('\n')}\n${sections.join('\n')}\n`;
}

function groups(): [string, Option<unknown>[]][] {
  const visible = optionList.map(({ option }) => option).filter((option) => !option.hidden);
  return [...Map.groupBy(visible, (option) => option.group)];
}

function helpEntry(option: Option<unknown>): string {
  const short = option.short ? `  -${option.short}, ` : '      ';
  const text = defaultOf(option);
  const head = `${short}--${option.flag} ${option.type}, $${option.env}${text ? ` (default: ${text})` : ''}`;
  return `${head}\n${wrap(option.description)}`;
}

function referenceEntry(option: Option<unknown>): string {
  const rows = [
    ['Flag', `\`${option.short ? `-${option.short}, ` : ''}--${option.flag}\``],
    ['Environment', `\`${option.env}\``],
    ...(option.yaml[0] ? [['YAML', `\`${option.yaml[0]}\``]] : []),
    ['Type', option.type.replaceAll('|', ', ')],
    ...(defaultOf(option) ? [['Default', `\`${defaultOf(option)}\``]] : []),
  ];
  const table = ['| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)];
  return ['', `### \`--${option.flag}\``, '', option.description.replaceAll('\n', '\n\n'), '', ...table].join(
    '\n',
  );
}

function defaultOf(option: Option<unknown>): string {
  return option.defaultText ?? option.format(option.default);
}

function wrap(text: string): string {
  return text.split('\n').map(wrapLine).join('\n');
}

function wrapLine(text: string): string {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    if (line.length + word.length > width && line.trim()) {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()].join('\n');
}
