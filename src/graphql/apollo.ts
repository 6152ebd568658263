import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginInlineTrace } from '@apollo/server/plugin/inlineTrace';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { Logger } from 'pino';
import { answerStatus } from './answer-status.ts';
import { type DocumentBounds, documentBoundsRule } from './bounds/document-bounds.ts';
import { type CostBounds, type CostRulesByScope, operationBounds } from './bounds/operation-bounds.ts';
import type { GatewayContext } from './context.ts';
import { formatError } from './error-format.ts';
import { operationLog } from './operation-log.ts';
import { checkedManifest } from './operation-manifest.ts';
import { type PersistedOperations, persistedQueries, safelist } from './persisted-operations.ts';
import { retryAfterHeader } from './retry-after.ts';
import { createSubgraphSchema } from './subgraph.ts';
import { upstreamExtension } from './upstream-extension.ts';

export interface ApolloOptions {
  /** Whether browsers get Apollo Sandbox, which loads from Apollo's own servers. */
  readonly landingPage: boolean;
  readonly introspection: boolean;
  readonly bounds: DocumentBounds & CostBounds;
  readonly costRules: CostRulesByScope;
  readonly persistedOperations: PersistedOperations;
  readonly log: Logger;
  /** Clock, in milliseconds. */
  readonly now: () => number;
}

/** The GraphQL server, not yet started. */
export function createApollo(options: ApolloOptions): ApolloServer<GatewayContext> {
  const { bounds, persistedOperations } = options;
  const { manifest, mode } = persistedOperations;
  const validationRules = [documentBoundsRule(bounds)];
  return new ApolloServer<GatewayContext>({
    schema: createSubgraphSchema(),
    introspection: options.introspection,
    hideSchemaDetailsFromClientErrors: !options.introspection,
    includeStacktraceInErrorResponses: false,
    formatError,
    logger: options.log,
    parseOptions: { maxTokens: bounds.tokens },
    validationRules,
    persistedQueries: persistedQueries(persistedOperations),
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    // Draining is the HTTP server's, which knows its connections.
    stopOnTerminationSignals: false,
    plugins: [
      options.landingPage
        ? ApolloServerPluginLandingPageLocalDefault({ embed: true, footer: false })
        : ApolloServerPluginLandingPageDisabled(),
      // It wraps every field, at about a quarter of a page's time, for hints that this schema does not give.
      ApolloServerPluginCacheControlDisabled(),
      // For routers that ask for it (ftv1): which field took how long. What errors say stays out of it.
      ApolloServerPluginInlineTrace({ includeErrors: { masked: true } }),
      operationLog(options.log, options.now),
      ...(manifest === undefined ? [] : [checkedManifest(manifest, validationRules, bounds.tokens)]),
      ...(manifest === undefined || mode === 'allow' ? [] : [safelist(manifest)]),
      operationBounds(bounds, options.costRules),
      upstreamExtension(options.now),
      retryAfterHeader(),
      answerStatus(),
    ],
  });
}
