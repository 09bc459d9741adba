import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CliError } from '../../cli-error.ts';
import { launcher } from '../../coder-command.ts';
import { type Entry, editJson } from './edit-json.ts';
import { type Prompts, withPrompts } from './markdown.ts';
import { type Machine, places, thisMachine } from './places.ts';
import { readIfThere, writeWhole } from './write-file.ts';

export type Client = 'claude-desktop' | 'claude-code' | 'cursor' | 'vscode';

export type ConfigureOptions = {
  client: Client;
  /** Claude Code: the folder for which it is configured. */
  directory?: string | undefined;
  /** Cursor and VS Code: in this folder's settings and not in the user's. */
  project?: boolean | undefined;
  /** Says what would be written and writes nothing. */
  print?: boolean | undefined;
  /** The environment that the server is started with. */
  env?: Record<string, string>;
  /** Claude Code's files, where they are not in their usual places. */
  claudeConfigPath?: string | undefined;
  claudeMarkdownPath?: string | undefined;
  claudeApiKey?: string | undefined;
  prompts?: Prompts;
  machine?: Machine;
};

/** A file, as it is to be, and whether that differs from what it was. */
export type Configured = { file: string; text: string; changed: boolean };

/**
 * Puts this command into a client's list of MCP servers. What else is in the file stays; a file that cannot be read as
 * JSON is refused and left untouched. Returns every file with the text it now has, or with `print` would have.
 */
export function configureClient(options: ConfigureOptions): Configured[] {
  const machine = options.machine ?? thisMachine();
  const files = [jsonFile(options, machine), ...markdownFile(options, machine)];
  if (options.print !== true) {
    for (const { file, text, changed } of files) if (changed) writeWhole(file, text);
  }
  return files;
}

/** The line that starts the server from any folder: this very Node and this very command, both by their full paths. */
function serverEntry(env: Record<string, string> | undefined): Record<string, unknown> {
  return {
    command: process.execPath,
    args: [launcher, 'exp', 'mcp', 'server'],
    ...(env === undefined || Object.keys(env).length === 0 ? {} : { env }),
  };
}

function jsonFile(options: ConfigureOptions, machine: Machine): Configured {
  const { file, entries, comments } = planOf(options, machine);
  const before = readIfThere(file);
  const text = editJson(before, entries, { file, comments });
  return { file, text, changed: text !== before };
}

type Plan = { file: string; entries: Entry[]; comments: boolean };

function planOf(options: ConfigureOptions, machine: Machine): Plan {
  const server = serverEntry(options.env);
  switch (options.client) {
    case 'claude-desktop':
      return {
        file: places.claudeDesktop(machine),
        entries: [{ path: ['mcpServers', 'coder'], value: server }],
        comments: false,
      };
    case 'cursor':
      return {
        file: options.project ? places.cursorProject(machine) : places.cursor(machine),
        entries: [{ path: ['mcpServers', 'coder'], value: server }],
        comments: false,
      };
    case 'vscode':
      return {
        file: options.project ? places.vscodeProject(machine) : places.vscode(machine),
        entries: [{ path: ['servers', 'coder'], value: { type: 'stdio', ...server } }],
        comments: true,
      };
    case 'claude-code':
      return claudeCodePlan(options, machine, server);
  }
}

function claudeCodePlan(options: ConfigureOptions, machine: Machine, server: Record<string, unknown>): Plan {
  if (!options.directory)
    throw new CliError('project directory is required: coder exp mcp configure claude-code .');
  const folder = resolve(machine.cwd, options.directory);
  refuseNoFolder(folder);
  const project = ['projects', folder];
  return {
    file: options.claudeConfigPath ?? places.claudeCode(machine),
    entries: [
      { path: [...project, 'mcpServers', 'coder'], value: { type: 'stdio', ...server } },
      ...(options.claudeApiKey ? [{ path: ['primaryApiKey'], value: options.claudeApiKey }] : []),
    ],
    comments: false,
  };
}

/** Claude Code looks its servers up by the folder it is started in: for any other the entry would never be read. */
function refuseNoFolder(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  const why = found === undefined ? 'there is no such folder' : 'it is a file';
  throw new CliError(
    `${folder} cannot be configured: ${why}. Name the folder in which you start Claude Code, for example "." for this one, or make it first.`,
  );
}

/** CLAUDE.md is touched only when there is something to put into it. */
function markdownFile(options: ConfigureOptions, machine: Machine): Configured[] {
  const { prompts } = options;
  if (options.client !== 'claude-code' || !prompts || !Object.values(prompts).some(Boolean)) return [];
  const file = options.claudeMarkdownPath ?? places.claudeMarkdown(machine);
  const before = readIfThere(file);
  const text = withPrompts(before, prompts);
  return [{ file, text, changed: text !== before }];
}
