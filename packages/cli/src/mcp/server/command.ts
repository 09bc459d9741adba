import { toolsets } from '@coder/tools';
import { Command, Option } from 'commander';
import { sessionOf } from '../../session/context.ts';
import { runMcpServer } from './run.ts';

type Flags = {
  instructions?: string;
  allowedTools?: string;
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
        toolset: flags.toolset,
        instructions: flags.instructions || undefined,
        allowedTools: flags.allowedTools
          ?.split(',')
          .map((name) => name.trim())
          .filter((name) => name !== ''),
        appStatusSlug: flags.appStatusSlug || undefined,
        aiAgentapiUrl: flags.aiAgentapiUrl || undefined,
      });
    });
}
