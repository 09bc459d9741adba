import { defineConfig } from 'vitest/config';

// The suites that want third-party programs, a browser, killed servers or the whole machine: `npm run test:heavy`.
export default defineConfig({
  test: {
    include: ['e2e/heavy/**/*.test.ts', 'packages/*/src/**/faults.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    pool: 'forks',
    fileParallelism: false,
    globalSetup: ['packages/server/src/testing/global-setup.ts'],
  },
});
