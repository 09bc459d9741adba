import tab from '@bomb.sh/tab/commander';
import { publicScopes } from '@coder/api';
import type { Command } from 'commander';
import { createSessionClient, resolveSession } from '../session/context.ts';
import { argumentKinds, type Kind, kindOf, loaders } from './kinds.ts';

/** What the shell may be offered for an argument. */
export type Candidates = { kind: Kind; names: readonly string[] };

/** The words that the shell wants to complete, when it asks: `coder complete -- <words>`. */
export function wordsToComplete(argv: readonly string[]): readonly string[] | undefined {
  return argv[2] === 'complete' && argv[3] === '--' ? argv.slice(4) : undefined;
}

/** What there is for these words; nothing when nobody is signed in or the deployment does not answer. */
export async function findCandidates(words: readonly string[]): Promise<Candidates | undefined> {
  const kind = kindOf(words);
  if (kind === undefined) return undefined;
  try {
    return { kind, names: await loaders[kind](createSessionClient(resolveSession({}))) };
  } catch {
    return undefined;
  }
}

/** Adds `coder completion <shell>`, which prints the script for bash, zsh, fish or PowerShell. */
export function addCompletion(program: Command, candidates: Candidates | undefined): void {
  const completion = tab(program, { completionCommandName: 'completion' });
  for (const [path, kind] of Object.entries(argumentKinds)) {
    completion.commands.get(path)?.argument(kind, (complete) => {
      if (candidates?.kind === kind) for (const name of candidates.names) complete(name, '');
    });
  }
  for (const command of completion.commands.values()) {
    const scope = command.options.get('scope');
    if (!scope) continue;
    command.option('scope', scope.description, (complete) => {
      for (const name of publicScopes) complete(name, '');
    });
  }
}
