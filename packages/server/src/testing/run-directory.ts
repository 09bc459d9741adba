/** The environment variable that tells the test processes of one run where the run keeps its database server. */
export const runDirectoryVariable = 'CODER_TEST_RUN_DIR';

export function runDirectory(): string {
  const directory = process.env[runDirectoryVariable];
  if (directory) return directory;
  throw new Error(
    'A test database needs the global setup: add packages/server/src/testing/global-setup.ts to globalSetup in vitest.config.ts.',
  );
}
