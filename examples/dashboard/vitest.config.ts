import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build-page.ts'],
    // Files share a worker's modules, of which the gateway's are most.
    isolate: false,
    // Each has a Chromium beside it.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
