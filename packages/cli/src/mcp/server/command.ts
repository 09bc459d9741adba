import { toolsets } from '@coder/tools';
import type { SelectionInput } from '@coder/tools/mcp';
import { Command, Option } from 'commander';
import { CliError } from '../../cli-error.ts';
import { sessionOf } from '../../session/context.ts';
import { runMcpServer } from './run.ts';

type Flags = {
  instructions?: string;
  allowedTools?: string;
  toolsets?: string;
  tools?: string;
  excludeTools?: string;
  readonly?: string | true;
  appStatusSlug?: string;
  aiAgentapiUrl?: string;
  toolset: string;
};

export function serverCommand(): Command {
  return new Command('server')
    .description('Speak MCP on standard input and output, as the signed-in user')
    .addOption(
      new Option('--instructions <text>', 'instructions for the model, in place of the usual ones').env(
        'CODER_MCP_INSTRUCTIONS',
      ),
    )
    .addOption(
      new Option('--allowed-tools <names>', 'only these tools, separated by commas').env(
        'CODER_MCP_ALLOWED_TOOLS',
      ),
    )
    .addOption(
      new Option('--toolset <name>', `the tools to offer: ${toolsets.join(', ')}`)
        .env('CODER_MCP_TOOLSET')
        .default('standard'),
    )
    .addOption(
      new Option('--toolsets <names>', 'of the toolset only what any of these has').env('CODER_MCP_TOOLSETS'),
    )
    .addOption(new Option('--tools <names>', 'of the toolset only these tools').env('CODER_MCP_TOOLS'))
    .addOption(
      new Option('--exclude-tools <names>', 'of the toolset all but these tools').env(
        'CODER_MCP_EXCLUDE_TOOLS',
      ),
    )
    .addOption(new Option('--readonly [boolean]', 'only tools that change nothing').env('CODER_MCP_READONLY'))
    .addOption(
      new Option('--app-status-slug <slug>', 'the app under which status is reported').env(
        'CODER_MCP_APP_STATUS_SLUG',
      ),
    )
    .addOption(
      new Option('--ai-agentapi-url <url>', 'AgentAPI of the AI agent, to watch its status').env(
        'CODER_MCP_AI_AGENTAPI_URL',
      ),
    )
    .action(async (flags: Flags, command: Command) => {
      await runMcpServer({
        session: sessionOf(command),
        selection: selectionOf(flags),
        instructions: flags.instructions || undefined,
        appStatusSlug: flags.appStatusSlug || undefined,
        aiAgentapiUrl: flags.aiAgentapiUrl || undefined,
      });
    });
}

/** What the flags say of the tools, each under its name. What is empty is not said. */
function selectionOf(flags: Flags): SelectionInput {
  const said = (name: string, text: string | true | undefined) =>
    text === undefined || text === '' ? undefined : { name, text: String(text) };
  if (flags.tools && flags.allowedTools) {
    throw new CliError('--tools and --allowed-tools are the same. Give one of them.');
  }
  return {
    toolset: said('', flags.toolset),
    toolsets: said('--toolsets', flags.toolsets),
    // Upstream's name for the same.
    tools: said('--tools', flags.tools) ?? said('--allowed-tools', flags.allowedTools),
    exclude: said('--exclude-tools', flags.excludeTools),
    readonly: said('--readonly', flags.readonly),
  };
}
