/** How tests run and what they must cover. Which Node, and in CI also where the results go. */
import './test/gates/node-24.mjs';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { defineConfig } from 'vitest/config';

const isCi = process.env.CI !== undefined;
const whole = { lines: 100, branches: 100, functions: 100, statements: 100 };
/** Longest that a test or a hook may take, in real milliseconds: far more than any takes on a busy machine, so that only one that hangs reaches it. */
const hangMs = 120_000;

/** In a real browser: `npm run pages`. */
const pages = ['test/sim/web/**/*.test.ts', 'test/sim/attacks/pages/**/*.test.ts', 'test/sim/bench-flow/**/*.test.ts'];
/** Programs started as people start them, killed, and their disks cut: `npm run processes`. */
const processes = [
  'test/boot/**/*.test.ts',
  'test/sim/processes/**/*.test.ts',
  'test/sim/attacks/processes/**/*.test.ts',
  'test/long/**/*.test.ts',
  'test/store/power-cut.test.ts',
];

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'core', include: ['test/**/*.test.ts'], exclude: [...pages, ...processes] } },
      { extends: true, test: { name: 'processes', include: processes } },
      { extends: true, test: { name: 'pages', include: pages } },
    ],
    // Processes, not threads: native add-ons, umask and crashes stay apart, and it takes as long.
    pool: 'forks',
    // One more than there are cores: some tests wait for processes that they start.
    maxWorkers: availableParallelism() + 1,
    testTimeout: hangMs,
    hookTimeout: hangMs,
    reporters: isCi ? ['default', 'json'] : ['default'],
    outputFile: { json: 'out/test-results.json' },
    coverage: {
      enabled: isCi,
      provider: 'v8',
      include: ['src/**/*.ts', 'sim/**/*.ts'],
      // Counted as never run, because they start in a thread or a process of their own; their logic is covered where it lives.
      exclude: ['src/store/**/*worker.ts', 'sim/main.ts', 'sim/terminal/main.ts', 'sim/web/**'],
      reporter: ['text-summary', 'json-summary', 'json'],
      reportsDirectory: 'out/coverage',
      reportOnFailure: true,
      thresholds: { 'src/access/**': whole, 'src/table/**': whole, 'src/journal/**': whole },
    },
  },
});
