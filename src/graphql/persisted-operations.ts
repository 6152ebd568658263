import { createHash } from 'node:crypto';
import type { ApolloServerPlugin, PersistedQueryOptions } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { GatewayContext } from './context.ts';
import type { OperationManifest } from './operation-manifest.ts';

/** Operations that are known beforehand, and which others are allowed. */
export interface PersistedOperations {
  /** Whether clients may teach us operations of their own (APQ). */
  readonly automatic: boolean;
  readonly manifest: OperationManifest | undefined;
  /** `require` rejects operations outside the manifest; `allow` accepts them. */
  readonly mode: 'allow' | 'require';
}

/** Characters of operations that clients taught us. */
const maxCachedCharacters = 4 * 1024 * 1024;
const cachedMs = 86_400_000;

/**
 * Gives the text of an operation for its hash: from the manifest, else as a client taught it (Apollo's automatic persisted
 * queries). What is taught is bounded in size and time, and goes the way of any other text: it is parsed, validated and
 * measured before it is kept.
 */
export function createPersistedTexts(options: PersistedOperations): PersistedTexts {
  const { automatic, manifest } = options;
  const learns = automatic && options.mode === 'allow';
  if (!learns && manifest === undefined) return { textOf: () => undefined, forApollo: false };
  const taught = new LRUCache<string, string>({
    maxSize: maxCachedCharacters,
    sizeCalculation: (text) => text.length + 1,
    ttl: cachedMs,
  });
  const textOf = (id: string) => manifest?.get(id) ?? taught.get(id);
  const cache: PersistedQueryOptions['cache'] = {
    get: async (key) => textOf(key.slice(key.indexOf(':') + 1)),
    set: async (key, text) => {
      if (learns) taught.set(key.slice(key.indexOf(':') + 1), text);
    },
    delete: async (key) => taught.delete(key.slice(key.indexOf(':') + 1)),
  };
  return { textOf, forApollo: { cache } };
}

/** Texts of operations by their hashes. */
export interface PersistedTexts {
  /** Undefined for a hash that stands for no text. */
  readonly textOf: (hash: string) => string | undefined;
  readonly forApollo: PersistedQueryOptions | false;
}

/** What stands in for a text that is rejected. */
const nothing = '{ __typename }';

/**
 * Rejects every operation that is not in the manifest, byte for byte, without parsing it: errors of parsing would show
 * the schema. The server answers errors only once it knows the operation, so another text stands in until then.
 */
export function safelist(manifest: OperationManifest): ApolloServerPlugin<GatewayContext> {
  return {
    async requestDidStart({ request }) {
      const id = idOf(request.query, request.extensions);
      if (id !== undefined && manifest.has(id)) return {};
      request.query = nothing;
      delete request.operationName;
      delete request.extensions;
      return {
        async didResolveOperation() {
          throw new GraphQLError(
            'This gateway executes registered operations only, and this is not one. ' +
              'Send one from its manifest unchanged, or let the operator add it.',
            { extensions: { code: 'QUERY_NOT_IN_SAFE_LIST', http: { status: 403 } } },
          );
        },
      };
    },
  };
}

function idOf(
  query: string | undefined,
  extensions: Readonly<Record<string, unknown>> | undefined,
): string | undefined {
  // A hash that was sent beside a text is compared with it later; the text is what counts.
  if (query !== undefined && query !== '') return createHash('sha256').update(query).digest('hex');
  const persisted = extensions?.persistedQuery;
  if (typeof persisted !== 'object' || persisted === null || !('sha256Hash' in persisted)) return undefined;
  return typeof persisted.sha256Hash === 'string' ? persisted.sha256Hash : undefined;
}
