import { homedir } from 'node:os';
import { join, posix, win32 } from 'node:path';

/** The machine as the clients see it. */
export type Machine = { platform: NodeJS.Platform; env: NodeJS.ProcessEnv; cwd: string };

export const thisMachine = (): Machine => ({
  platform: process.platform,
  env: process.env,
  cwd: process.cwd(),
});

const home = ({ env }: Machine): string => env.HOME || env.USERPROFILE || homedir();

/** Where programs keep their settings: by operating system. */
function settingsFolder(machine: Machine): string {
  const { platform, env } = machine;
  if (platform === 'darwin') return posix.join(home(machine), 'Library', 'Application Support');
  if (platform === 'win32') return env.APPDATA || win32.join(home(machine), 'AppData', 'Roaming');
  return env.XDG_CONFIG_HOME || posix.join(home(machine), '.config');
}

/** The file of each client that names its MCP servers. */
export const places = {
  claudeDesktop: (machine: Machine): string =>
    pathOf(machine).join(settingsFolder(machine), 'Claude', 'claude_desktop_config.json'),
  claudeCode: (machine: Machine): string => pathOf(machine).join(home(machine), '.claude.json'),
  claudeMarkdown: (machine: Machine): string => pathOf(machine).join(home(machine), '.claude', 'CLAUDE.md'),
  cursor: (machine: Machine): string => pathOf(machine).join(home(machine), '.cursor', 'mcp.json'),
  cursorProject: ({ cwd }: Machine): string => join(cwd, '.cursor', 'mcp.json'),
  vscode: (machine: Machine): string =>
    pathOf(machine).join(settingsFolder(machine), 'Code', 'User', 'mcp.json'),
  vscodeProject: ({ cwd }: Machine): string => join(cwd, '.vscode', 'mcp.json'),
};

const pathOf = ({ platform }: Machine): typeof posix => (platform === 'win32' ? win32 : posix);
