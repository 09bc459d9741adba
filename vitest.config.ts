import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'e2e/**/*.test.ts', 'scripts/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'e2e/heavy/**', '**/faults.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // A fifth of all the time went into loading the same modules for each file.
    isolate: false,
    // Tests wait for processes and databases more than they compute: one core for each keeps two cores busy.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    globalSetup: ['packages/server/src/testing/global-setup.ts'],
  },
});
