import type { ApolloServerPlugin } from '@apollo/server';
import type { Logger } from 'pino';
import type { GatewayContext } from './context.ts';

/** To whom it is reported which operations and fields clients use. */
export interface UsageReporting {
  readonly to: 'hive' | 'graphos';
  /** The access token of Hive, or the API key of the graph. */
  readonly key: string;
  /** Of Hive, the target; of GraphOS, the graph reference. */
  readonly target: string;
  /** Where reports go; undefined for the service's own address. */
  readonly url: string | undefined;
}

export interface ReportingTools {
  /** Sends reports. */
  readonly fetch: typeof globalThis.fetch;
  readonly log: Logger;
}

/** What the GraphQL server reports usage with. */
export interface UsageReporter {
  readonly plugin: ApolloServerPlugin<GatewayContext>;
  /** Who the server is at GraphOS; undefined elsewhere. */
  readonly graph: { readonly key: string; readonly graphRef: string } | undefined;
}

/** A package that the operator has to add is not there. The message is for the operator. */
export class ReporterMissing extends Error {
  override readonly name = 'ReporterMissing';
}

/** Time between two reports, in milliseconds. */
const intervalMs = 10_000;
/** Time to send a report, in milliseconds; the last one is waited for when the gateway stops. */
const sendMs = 5_000;
const tries = 2;
/**
 * Most operations that are kept with what Hive knows of them, and most characters of one that is reported: callers choose how
 * long names are.
 */
const maxCollected = 200;
const maxReportedText = 16_384;
/** Most characters of a failure in the log. */
const maxFailure = 200;

/**
 * Loads what reports usage: the package of the service itself. What is reported are the texts of operations without their
 * literals, the names of operations and clients, the fields, counts and times: no value of a variable, no header, and of
 * errors only that there was one.
 * @param loadHive imports the package of Hive
 * @throws {ReporterMissing}
 */
export async function loadUsageReporter(
  reporting: UsageReporting,
  tools: ReportingTools,
  loadHive: () => Promise<typeof import('@graphql-hive/apollo')> = () => import('@graphql-hive/apollo'),
): Promise<UsageReporter> {
  switch (reporting.to) {
    case 'graphos':
      return await graphosReporter(reporting, tools);
    case 'hive':
      return await hiveReporter(reporting, tools, loadHive);
    default:
      return reporting.to satisfies never;
  }
}

async function graphosReporter(
  { key, target: graphRef, url }: UsageReporting,
  { fetch, log }: ReportingTools,
): Promise<UsageReporter> {
  const { ApolloServerPluginUsageReporting } = await import('@apollo/server/plugin/usageReporting');
  const plugin = ApolloServerPluginUsageReporting<GatewayContext>({
    sendVariableValues: { none: true },
    sendHeaders: { none: true },
    sendErrors: { masked: true },
    sendUnexecutableOperationDocuments: false,
    // It wraps every field, at about a quarter of a page's time. Which fields an operation asks for is reported without it.
    fieldLevelInstrumentation: 0,
    fetcher: (address, init) => fetch(address, init as RequestInit),
    reportIntervalMs: intervalMs,
    requestTimeoutMs: sendMs,
    maxAttempts: tries,
    logger: log,
    reportErrorFunction: (error) => tellFailure(log, error.message),
    ...(url !== undefined && { endpointUrl: url }),
  });
  return { plugin, graph: { key, graphRef } };
}

async function hiveReporter(
  { key, target, url }: UsageReporting,
  { fetch, log }: ReportingTools,
  loadHive: () => Promise<typeof import('@graphql-hive/apollo')>,
): Promise<UsageReporter> {
  const { useHive: createPlugin } = await loadHive().catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    throw new ReporterMissing('needs the package @graphql-hive/apollo: run npm install @graphql-hive/apollo');
  });
  const plugin = createPlugin({
    enabled: true,
    token: key,
    usage: {
      target,
      max: maxCollected,
      sampler: ({ document }) => (document.loc?.source.body.length ?? 0) <= maxReportedText,
    },
    printTokenInfo: false,
    // As the server stops, with a last report.
    autoDispose: true,
    agent: {
      fetch,
      sendInterval: intervalMs,
      timeout: sendMs,
      maxRetries: tries - 1,
      logger: {
        info: (message) => log.debug(String(message).slice(0, maxFailure)),
        error: (message) => tellFailure(log, String(message)),
      },
    },
    ...(url !== undefined && {
      selfHosting: { applicationUrl: url, graphqlEndpoint: url, usageEndpoint: url },
    }),
  });
  return { plugin: plugin as ApolloServerPlugin<GatewayContext>, graph: undefined };
}

function tellFailure(log: Logger, failure: string): void {
  log.warn({ failure: failure.slice(0, maxFailure) }, 'usage could not be reported');
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
