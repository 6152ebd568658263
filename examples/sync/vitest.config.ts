import { defineConfig } from 'vitest/config';
import { compiledThreads } from '../../test/support/compiled-source.ts';
import { oneGraphql } from '../../test/support/one-graphql.ts';

export default defineConfig({
  plugins: [oneGraphql, compiledThreads()],
  test: {
    include: ['test/*.test.ts'],
    expect: { poll: { timeout: 120_000, interval: 20 } },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
