import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Handlers read their environment when they are imported, as Lambda's do.
    setupFiles: ['test/environment.ts'],
    // No test is timed: this limit only ends a test that hangs.
    testTimeout: 120_000,
    // Mutation testing runs thousands of times: one process for each run, not for each file of it.
    isolate: process.env.STRYKER_MUTATOR_WORKER === undefined,
  },
});
