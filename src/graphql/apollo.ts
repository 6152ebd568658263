import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginInlineTrace } from '@apollo/server/plugin/inlineTrace';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { answerCaching, type CachingRules } from './answer-caching.ts';
import { answerStatus } from './answer-status.ts';
import { type DocumentBounds, documentBoundsRule } from './bounds/document-bounds.ts';
import { type OperationLimits, operationBounds } from './bounds/operation-bounds.ts';
import type { GatewayContext } from './context.ts';
import { operationLog } from './operation-log.ts';
import { checkedManifest } from './operation-manifest.ts';
import { type OnOperation, operationMetrics } from './operation-metrics.ts';
import { operationTrace } from './operation-trace.ts';
import { createDocumentStore } from './parsed-documents.ts';
import { type PersistedOperations, type PersistedTexts, safelist } from './persisted-operations.ts';
import { retryAfterHeader } from './retry-after.ts';
import { subscriptions } from './subscriptions.ts';
import { errorsShown } from './suggestions.ts';
import { upstreamExtension } from './upstream-extension.ts';
import type { UsageReporter } from './usage-reporting.ts';

export interface ApolloOptions {
  readonly schema: GraphQLSchema;
  /** Whether browsers get Apollo Sandbox, which loads from Apollo's own servers. */
  readonly landingPage: boolean;
  readonly introspection: boolean;
  readonly bounds: DocumentBounds;
  readonly limits: OperationLimits;
  readonly persistedOperations: PersistedOperations;
  readonly persistedTexts: PersistedTexts;
  readonly caching: CachingRules;
  /** Comes behind all plugins that reject. */
  readonly prepared: ApolloServerPlugin<GatewayContext>;
  readonly onOperation: OnOperation;
  /** Whether operations are traced. */
  readonly isTraced: boolean;
  /** Undefined: usage is not reported. */
  readonly usageReporter: UsageReporter | undefined;
  readonly log: Logger;
  /** Clock that never goes back, in milliseconds. */
  readonly monotonic: () => number;
}

/** The GraphQL server, not yet started. */
export function createApollo(options: ApolloOptions): ApolloServer<GatewayContext> {
  const { bounds, persistedOperations } = options;
  const { manifest, mode } = persistedOperations;
  const validationRules = [documentBoundsRule(bounds)];
  const show = errorsShown(options.introspection);
  return new ApolloServer<GatewayContext>({
    schema: options.schema,
    introspection: options.introspection,
    hideSchemaDetailsFromClientErrors: !options.introspection,
    includeStacktraceInErrorResponses: false,
    formatError: show,
    logger: options.log,
    parseOptions: { maxTokens: bounds.tokens },
    validationRules,
    documentStore: createDocumentStore(),
    persistedQueries: options.persistedTexts.forApollo,
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
      operationLog(options.log, options.monotonic),
      operationMetrics(options.onOperation, options.monotonic),
      ...(options.isTraced ? [operationTrace()] : []),
      ...(manifest === undefined ? [] : [checkedManifest(manifest, validationRules, bounds.tokens)]),
      ...(manifest === undefined || mode === 'allow' ? [] : [safelist(manifest)]),
      operationBounds(options.limits),
      subscriptions({ show, log: options.log }),
      upstreamExtension(),
      retryAfterHeader(),
      answerStatus(),
      answerCaching(options.caching),
      options.prepared,
      // Without it Apollo looks for a key in the environment by itself.
      options.usageReporter?.plugin ?? ApolloServerPluginUsageReportingDisabled(),
    ],
    ...(options.usageReporter?.graph && { apollo: options.usageReporter.graph }),
  });
}
