import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { compiledThreads } from './test/support/compiled-source.ts';

export default defineConfig({
  plugins: [compiledThreads()],
  // As Node itself finds it. By its field `module` there would be a second copy beside the one that Apollo has, and what
  // one copy makes the other does not know.
  resolve: { alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }] },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      // Packages of their own, with their own dependencies.
      'test/client/**',
      'test/browser/**',
      '**/node_modules/**',
      // See vitest.long.config.ts.
      'test/**/*.long.test.ts',
    ],
    // Files share a worker's modules: each would else load the whole gateway anew, most of the time of a run.
    isolate: false,
    // One for each of two cores, where the default leaves one idle.
    maxWorkers: 2,
    setupFiles: ['test/support/watch-logs.ts'],
    // For the slowest machine under load: no test waits for the clock to find out whether something happened.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 40_000, interval: 20 } },
  },
});
