import type { Command } from 'commander';
import { launch } from '../../launch.ts';
import { plain } from '../../output/table.ts';

export type OpenFlags = { print?: boolean };

/** `--print`, which everything that opens an address takes. */
export function withPrint(command: Command): Command {
  return command.option('--print', 'print the address and open nothing');
}

/** Prints the address, and on a terminal opens it in the browser, too. */
export async function showAddress(address: string, { print }: OpenFlags): Promise<void> {
  console.log(plain(address));
  if (print || !process.stdout.isTTY) return;
  if (!(await launch(address))) console.error('No browser could be started here. Open the address yourself.');
}
