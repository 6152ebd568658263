import { defineConfig } from 'vitest/config';
import { oneGraphql } from '../../test/support/one-graphql.ts';

export default defineConfig({
  plugins: [oneGraphql],
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build-page.ts'],
    // Files share a worker's modules, of which the gateway's are most.
    isolate: false,
    // Each has a Chromium beside it.
    maxWorkers: 2,
    // Pages are polled for what they come to show, on a machine that may be busy.
    expect: { poll: { timeout: 40_000 } },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
