import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { plain } from '../../output/table.ts';
import { type GlobalFlags, resolveSession } from '../../session/context.ts';
import { type Client, type ConfigureOptions, configureClient } from './configure.ts';

type Flags = {
  print?: boolean;
  project?: boolean;
  claudeConfigPath?: string;
  claudeMdPath?: string;
  claudeApiKey?: string;
  claudeSystemPrompt?: string;
  claudeCoderPrompt?: string;
  claudeAppStatusSlug?: string;
  aiAgentapiUrl?: string;
};

const names: Record<Client, string> = {
  'claude-desktop': 'Claude Desktop',
  'claude-code': 'Claude Code',
  cursor: 'Cursor',
  vscode: 'VS Code',
};

/** `coder exp mcp configure`: one subcommand for each client. */
export function configureCommand(): Command {
  return new Command('configure')
    .description('Add this deployment to the MCP servers of a client')
    .addCommand(forClient('claude-desktop'))
    .addCommand(claudeCode())
    .addCommand(
      forClient('cursor').addOption(
        new Option('--project', "in this folder's .cursor/mcp.json").env('CODER_MCP_CURSOR_PROJECT'),
      ),
    )
    .addCommand(
      forClient('vscode').addOption(
        new Option('--project', "in this folder's .vscode/mcp.json").env('CODER_MCP_VSCODE_PROJECT'),
      ),
    );
}

function forClient(client: Client): Command {
  return new Command(client)
    .description(`Add it to ${names[client]}`)
    .option('--print', 'show what would be written, and write nothing')
    .action((flags: Flags, command: Command) => configure({ client }, flags, command));
}

function claudeCode(): Command {
  const command = new Command('claude-code')
    .description(`Add it to ${names['claude-code']} for one folder`)
    .argument('<project-directory>', 'the folder in which you start Claude Code')
    .option('--print', 'show what would be written, and write nothing')
    .action((directory: string, flags: Flags, self: Command) =>
      configure({ client: 'claude-code', directory }, flags, self),
    );
  const options: [flags: string, description: string, env: string][] = [
    ['--claude-config-path <file>', "Claude Code's settings", 'CODER_MCP_CLAUDE_CONFIG_PATH'],
    ['--claude-md-path <file>', 'the CLAUDE.md for the prompts', 'CODER_MCP_CLAUDE_MD_PATH'],
    ['--claude-api-key <key>', 'the API key for Claude Code to use', 'CLAUDE_API_KEY'],
    ['--claude-system-prompt <text>', 'a system prompt for CLAUDE.md', 'CODER_MCP_CLAUDE_SYSTEM_PROMPT'],
    [
      '--claude-coder-prompt <text>',
      'a prompt about this deployment for CLAUDE.md',
      'CODER_MCP_CLAUDE_CODER_PROMPT',
    ],
    [
      '--claude-app-status-slug <slug>',
      'the app under which status is reported',
      'CODER_MCP_APP_STATUS_SLUG',
    ],
    ['--ai-agentapi-url <url>', 'AgentAPI of the AI agent', 'CODER_MCP_AI_AGENTAPI_URL'],
  ];
  for (const [flags, description, env] of options) {
    command.addOption(new Option(flags, description).env(env));
  }
  return command;
}

function configure(
  base: Pick<ConfigureOptions, 'client' | 'directory'>,
  flags: Flags,
  command: Command,
): void {
  const globals = command.optsWithGlobals<GlobalFlags>();
  const files = configureClient({
    ...base,
    project: flags.project,
    print: flags.print,
    env: serverEnvironment(globals, flags),
    claudeConfigPath: flags.claudeConfigPath,
    claudeMarkdownPath: flags.claudeMdPath,
    claudeApiKey: flags.claudeApiKey,
    prompts: {
      ...(flags.claudeCoderPrompt ? { 'coder-prompt': flags.claudeCoderPrompt } : {}),
      ...(flags.claudeSystemPrompt ? { 'system-prompt': flags.claudeSystemPrompt } : {}),
    },
  });
  for (const { file, text, changed } of files) {
    if (flags.print) process.stdout.write(`${text.trimEnd()}\n`);
    const done = flags.print ? 'Would be written to' : changed ? 'Written to' : 'Nothing to change in';
    process.stderr.write(`${plain(`${done} ${file}`)}\n`);
  }
  if (!flags.print) process.stderr.write(`Restart ${names[base.client]} to use it.\n`);
  const { url, token } = resolveSession(globals, {
    ...process.env,
    CODER_SESSION_TOKEN: undefined,
    CODER_URL: undefined,
  });
  if (url === undefined || token === undefined) {
    process.stderr.write('It will need a login: run "coder login <url>" once.\n');
  }
}

/**
 * What the server must know that a client does not pass on: where the login is kept, when that is not the usual place.
 * A token itself is never written into a client's file.
 */
function serverEnvironment(globals: GlobalFlags, flags: Flags): Record<string, string> {
  const folder = globals.globalConfig ?? process.env.CODER_CONFIG_DIR;
  const env: Record<string, string | undefined> = {
    CODER_CONFIG_DIR: folder ? resolve(folder) : undefined,
    CODER_MCP_APP_STATUS_SLUG: flags.claudeAppStatusSlug,
    CODER_MCP_AI_AGENTAPI_URL: flags.aiAgentapiUrl,
  };
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
}
