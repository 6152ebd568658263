import { defineConfig } from 'vitest/config';
import { oneGraphql } from '../../test/support/one-graphql.ts';

export default defineConfig({
  plugins: [oneGraphql],
  test: {
    include: ['test/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 40_000, interval: 20 } },
  },
});
