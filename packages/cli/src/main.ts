#!/usr/bin/env node
import { findCandidates, wordsToComplete } from './completion/completion.ts';
import { reportError } from './output/report-error.ts';
import { createProgram } from './program.ts';

// A reader that goes away (`coder list | head -1`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  const words = wordsToComplete(process.argv);
  const candidates = words === undefined ? undefined : await findCandidates(words);
  await createProgram(candidates).parseAsync(process.argv);
} catch (error) {
  process.exitCode = reportError(error);
}
