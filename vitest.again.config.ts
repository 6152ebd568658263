import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** `npm run test:again`: suites of the GraphQL server with every query asked three times, so that plans answer it as well. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [] } },
  defineConfig({
    test: {
      include: [
        'test/graphql/**/*.test.ts',
        'test/property/{both-sources-agree,nothing-leaks-from-literals}.test.ts',
        'test/attack/{query-bombs,other-groups,crossing-principals,altered-cursors}.test.ts',
      ],
      // They count calls or operations, fail a number of calls, or ask again by themselves.
      exclude: [
        'test/graphql/{machine-references,max-age,prepared-operations,upstream-extension,usage-reporting}.test.ts',
      ],
      env: { ASK_AGAIN: '1' },
    },
  }),
);
