import { Command } from 'commander';
import { ensureRunning } from '../builds.ts';
import { CliError } from '../cli-error.ts';
import { runRemote } from '../remote-process.ts';
import { clientOf } from '../session/context.ts';
import { shellWord } from '../shell-word.ts';
import { findWorkspace, parseWorkspaceRef } from '../workspace-ref.ts';

export function sshCommand(): Command {
  return new Command('ssh')
    .description('Open a terminal in a workspace, or run a command there and pass its exit code on')
    .argument('<workspace>', 'name, owner/name, or either with .agent')
    .argument('[command...]', 'what to run; behind "--" nothing is taken for a flag of this command')
    .option(
      '-e, --env <name=value>',
      'set a variable; may be repeated',
      (v: string, all: string[]) => [...all, v],
      [],
    )
    .option('-t, --tty', 'give the command a terminal')
    .option('-C, --workdir <folder>', 'where to start')
    .addHelpText(
      'after',
      '\nSeveral words are handed on as they are, not joined into a line for a shell: give a pipe as one quoted argument, ' +
        'as in coder ssh web -- "ls -la | wc -l".',
    )
    .showHelpAfterError(
      'Put "--" before a command that has flags of its own: coder ssh <workspace> -- ls -la',
    )
    .action(
      async (
        ref: string,
        words: string[],
        flags: { env: string[]; tty?: boolean; workdir?: string },
        command: Command,
      ) => {
        const client = clientOf(command);
        const workspace = await findWorkspace(client, ref);
        const agent = await ensureRunning(client, workspace, parseWorkspaceRef(ref).agent);
        const env: Record<string, string> = {};
        for (const pair of flags.env) {
          const at = pair.indexOf('=');
          if (at < 1) {
            throw new CliError(
              `--env "${pair}" must be written name=value. A flag of the command that is to run stands behind "--".`,
            );
          }
          env[pair.slice(0, at)] = pair.slice(at + 1);
        }
        // A single word is a whole shell line, as ssh has it; several are words that must arrive as they are.
        const line =
          words.length === 0 ? undefined : words.length === 1 ? words[0] : words.map(shellWord).join(' ');
        process.exitCode = await runRemote(client, agent.id, {
          command: line,
          env,
          cwd: flags.workdir,
          tty: flags.tty ?? words.length === 0,
        });
      },
    );
}
