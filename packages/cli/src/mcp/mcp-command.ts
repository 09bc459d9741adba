import { Command } from 'commander';
import { configureCommand } from './configure/command.ts';
import { doctorCommand } from './doctor/command.ts';
import { serverCommand } from './server/command.ts';

/** `coder exp mcp`: the MCP server for clients on this machine, their configuration, and why one does not connect. */
export function mcpCommand(): Command {
  return new Command('mcp')
    .description('Let AI agents work in workspaces through the Model Context Protocol')
    .addCommand(serverCommand())
    .addCommand(configureCommand())
    .addCommand(doctorCommand());
}
