#!/usr/bin/env node
import { findCandidates, wordsToComplete } from './completion/completion.ts';
import { watchLauncher } from './launcher-gone.ts';
import { watchReader } from './output/reader-gone.ts';
import { reportError } from './output/report-error.ts';
import { createProgram } from './program.ts';

watchReader();
watchLauncher();

try {
  const words = wordsToComplete(process.argv);
  const candidates = words === undefined ? undefined : await findCandidates(words);
  await createProgram(candidates).parseAsync(process.argv);
} catch (error) {
  process.exitCode = reportError(error);
}
