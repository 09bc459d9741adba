import { Command } from 'commander';
import { approvalsCommand } from './commands/approvals.ts';
import { auditCommand } from './commands/audit.ts';
import { autoupdateCommand } from './commands/autoupdate.ts';
import { cpCommand } from './commands/cp.ts';
import { createCommand } from './commands/create.ts';
import { favoriteCommand, unfavoriteCommand } from './commands/favorite.ts';
import { groupsCommand } from './commands/groups.ts';
import { listCommand } from './commands/list.ts';
import { loginCommand } from './commands/login.ts';
import { logoutCommand } from './commands/logout.ts';
import { logsCommand } from './commands/logs.ts';
import { oauth2ProviderCommand } from './commands/oauth2-provider.ts';
import { openCommand } from './commands/open.ts';
import { organizationsCommand } from './commands/organizations.ts';
import { pingCommand } from './commands/ping.ts';
import { portForwardCommand } from './commands/port-forward.ts';
import { renameCommand } from './commands/rename.ts';
import { scheduleCommand } from './commands/schedule.ts';
import { sharingCommand } from './commands/sharing.ts';
import { showCommand } from './commands/show.ts';
import { speedtestCommand } from './commands/speedtest.ts';
import { sshCommand } from './commands/ssh.ts';
import { statCommand } from './commands/stat.ts';
import { stateCommand } from './commands/state.ts';
import { supportCommand } from './commands/support.ts';
import { templatesCommand } from './commands/templates.ts';
import { tokensCommand } from './commands/tokens.ts';
import {
  deleteCommand,
  restartCommand,
  startCommand,
  stopCommand,
  updateCommand,
} from './commands/transitions.ts';
import { usersCommand } from './commands/users.ts';
import { versionCommand } from './commands/version.ts';
import { whoamiCommand } from './commands/whoami.ts';
import { addCompletion, type Candidates } from './completion/completion.ts';
import { exitOverride } from './exit-override.ts';
import { addGlobalFlags, leavesOf } from './global-flags.ts';
import { lazyCommand } from './lazy-command.ts';
import { refuseUnknownCommand } from './refuse-unknown-command.ts';
import { addUsageHints } from './usage-hints.ts';
import { version } from './version.ts';

/** The whole `coder` command, with what the shell may be offered when it asks for candidates. */
export function createProgram(candidates?: Candidates): Command {
  const program = new Command('coder')
    .description('Development workspaces that people and AI agents share.')
    .version(version, '-v, --version')
    .enablePositionalOptions()
    .showSuggestionAfterError();
  addGlobalFlags(program, false);
  const groups: Record<string, Command[]> = {
    'Deployment:': [
      lazyCommand(
        'quickstart',
        'Run a server ready to use; on the first run with an owner, templates and a workspace "demo"',
        async () => (await import('./commands/quickstart.ts')).quickstartCommand(),
      ),
      lazyCommand('server', 'Run the server of a deployment', async () =>
        (await import('./commands/server.ts')).serverCommand(),
      ),
      loginCommand(),
      logoutCommand(),
      whoamiCommand(),
      versionCommand(),
    ],
    'Workspaces:': [
      listCommand(),
      showCommand(),
      createCommand(),
      startCommand(),
      stopCommand(),
      restartCommand(),
      updateCommand(),
      deleteCommand(),
      renameCommand(),
      scheduleCommand(),
      autoupdateCommand(),
      favoriteCommand(),
      unfavoriteCommand(),
      sharingCommand(),
    ],
    'Work in a workspace:': [
      sshCommand(),
      portForwardCommand(),
      cpCommand(),
      logsCommand(),
      statCommand(),
      openCommand(),
      pingCommand(),
      speedtestCommand(),
    ],
    'Administration:': [
      templatesCommand(),
      tokensCommand(),
      approvalsCommand(),
      usersCommand(),
      organizationsCommand(),
      groupsCommand(),
      oauth2ProviderCommand(),
      auditCommand(),
      stateCommand(),
      supportCommand(),
    ],
    'Experimental:': [
      new Command('exp')
        .description('What may still change: MCP for AI agents')
        .enablePositionalOptions()
        .addCommand(
          lazyCommand('mcp', 'Connect AI agents', async () => (await import('./mcp/index.ts')).mcpCommand()),
        ),
    ],
  };
  for (const [heading, commands] of Object.entries(groups)) {
    for (const command of commands) program.addCommand(command.helpGroup(heading));
  }
  for (const command of leavesOf(program)) addGlobalFlags(command, true);
  addCompletion(program, candidates);
  exitOverride(program);
  refuseUnknownCommand(program);
  addUsageHints(program);
  return program;
}
