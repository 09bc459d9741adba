import { Command } from 'commander';
import { reportError } from '../../output/report-error.ts';
import { mcpCommand } from '../mcp-command.ts';

// `coder exp mcp` alone, as a process of its own, so that its tests need not load the whole command.
try {
  await new Command('coder')
    .option('--url <url>')
    .option('--token <token>')
    .option('--global-config <folder>')
    .addCommand(mcpCommand().name('mcp'))
    .parseAsync([...process.argv.slice(0, 2), 'mcp', ...process.argv.slice(2)]);
} catch (error) {
  process.exitCode = reportError(error);
}
