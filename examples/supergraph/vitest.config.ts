import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A router, two subgraphs and an emulated fleet start before the first test of a file.
    hookTimeout: 120_000,
    testTimeout: 30_000,
  },
});
