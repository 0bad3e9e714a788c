// `npm run mutate -- --mutate 'engine/visit.ts'` mutates those files instead of the rules; docs/mutation.md has the figures.

export default {
  mutate: ['shared/domain/*.ts'],
  // A rule's own suite must notice what breaks it: stories and state machines would notice too, much later.
  testFiles: ['test/unit/{domain,runtime,engine}/**/*.test.ts'],
  testRunner: 'vitest',
  // A process, not a thread: a test changes the time zone of the computer. To look for related files costs more than it saves.
  vitest: { pool: 'forks', related: false },
  coverageAnalysis: 'perTest',
  // Schemas and tables are evaluated while a file loads: such a mutant needs all tests once more, in a new process.
  ignoreStatic: true,
  // One record to which each run adds its files; `--force` runs again what is known already.
  incremental: true,
  incrementalFile: 'reports/mutation.json',
  concurrency: 2,
  timeoutMS: 20_000,
  // Stryker would read it by TypeScript's own API, which version 7 has not; it extends nothing that a copy could miss.
  tsconfigFile: 'none',
  ignorePatterns: ['/coverage', '/dashboard', '/docs', '/.serverless', '/test/recorded'],
  reporters: ['clear-text', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: true },
};
