import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { createSessionClient, resolveSession } from './session/context.ts';

const TAKES_WORKSPACE = [
  'show',
  'start',
  'stop',
  'restart',
  'update',
  'delete',
  'logs',
  'ssh',
  'stat',
  'ping',
];

/** Whether the shell asks for candidates: `coder complete -- <words>`. */
export function isCompletionRequest(argv: readonly string[]): boolean {
  return argv[2] === 'complete' && argv.includes('--');
}

/** The user's workspaces, for the shell to offer; none when nobody is signed in or the deployment does not answer. */
export async function workspaceNames(): Promise<string[]> {
  const session = resolveSession({});
  if (session.url === undefined || session.token === undefined) return [];
  const listed = createSessionClient(session).workspaces.list({ q: 'owner:me', limit: 100 });
  return listed.then(
    ({ workspaces }) => workspaces.map((w) => w.name),
    () => [],
  );
}

/** Adds `coder completion <shell>`, which prints the script for bash, zsh, fish or PowerShell. */
export function addCompletion(program: Command, workspaces: readonly string[]): void {
  const completion = tab(program, { completionCommandName: 'completion' });
  for (const name of TAKES_WORKSPACE) {
    completion.commands.get(name)?.argument('workspace', (complete) => {
      for (const workspace of workspaces) complete(workspace, '');
    });
  }
}
