import type { Command } from 'commander';

/** Makes a command and all below it throw instead of ending the process, so that one place decides the exit code. */
export function exitOverride(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) exitOverride(child);
}
