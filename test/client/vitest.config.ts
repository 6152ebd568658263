import { transformAsync } from '@babel/core';
import { defineConfig, type Plugin } from 'vitest/config';
import { oneGraphql } from '../support/one-graphql.ts';

/** Relay's own plugin for Babel, which puts what the compiler made in the place of each query. */
const relay: Plugin = {
  name: 'relay',
  enforce: 'pre',
  transform: async (code, file) => {
    if (!code.includes('graphql`')) return undefined;
    const result = await transformAsync(code, {
      filename: file,
      configFile: false,
      sourceMaps: true,
      parserOpts: { plugins: ['typescript', 'jsx'] },
      plugins: [
        [
          'relay',
          { eagerEsModules: true, artifactDirectory: new URL('relay/generated', import.meta.url).pathname },
        ],
      ],
    });
    return result?.code == null ? undefined : { code: result.code, map: result.map ?? null };
  },
};

export default defineConfig({
  plugins: [oneGraphql, relay],
  test: {
    include: ['**/*.test.{ts,tsx}'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 40_000 } },
  },
});
