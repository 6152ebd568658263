import { defineConfig } from 'vitest/config';
import { oneGraphql } from '../../test/support/one-graphql.ts';

export default defineConfig({
  plugins: [oneGraphql],
  test: {
    include: ['test/**/*.test.ts'],
    // A router, two subgraphs and an emulated fleet start before the first test of a file.
    hookTimeout: 120_000,
    testTimeout: 120_000,
  },
});
