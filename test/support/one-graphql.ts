import { createRequire } from 'node:module';

/**
 * A plugin of Vite that finds `graphql` as Node itself does, for packages that run the gateway from its source. Vite would
 * take another copy than the one that Apollo has, and what one copy makes the other does not know.
 */
export const oneGraphql = {
  name: 'one-graphql',
  enforce: 'pre' as const,
  resolveId: (source: string, importer: string | undefined): string | undefined =>
    source === 'graphql' && importer !== undefined ? createRequire(importer).resolve(source) : undefined,
};
