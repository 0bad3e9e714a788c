import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Handlers read their environment when they are imported, as Lambda's do.
    setupFiles: ['test/environment.ts'],
    // No test is timed: this limit only ends a test that hangs.
    testTimeout: 120_000,
  },
});
