import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
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
      // It takes minutes; see vitest.attack.config.ts.
      'test/attack/no-row-crosses-users.test.ts',
    ],
    // Files share a worker's modules: each would else load the whole gateway anew, most of the time of a run.
    isolate: false,
    // One for each of two cores, where the default leaves one idle.
    maxWorkers: 2,
    setupFiles: ['test/support/watch-logs.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
