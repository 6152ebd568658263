import { setMaxListeners } from 'node:events';
import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from 'fastify';
import Negotiator from 'negotiator';
import type { Logger } from 'pino';
import type { Admission } from '../auth/admission.ts';
import type { GatewayContext } from '../graphql/context.ts';
import type { Call } from '../machines/source.ts';
import type { Metrics } from '../metrics.ts';
import { createDoor } from './admission.ts';
import { type CallerKey, callerLimit } from './caller-rate.ts';
import { headersForApollo } from './client-headers.ts';
import { allowOrigins } from './cors.ts';
import { departureSignal } from './departure.ts';
import type { ExampleQuery } from './explorer/example-queries.ts';
import { registerExplorer } from './explorer.ts';
import { type Readiness, registerHealth } from './health.ts';
import { checkHosts } from './host-header.ts';
import { problem } from './problem.ts';
import { requestIdHeader, requestIdOf } from './request-id.ts';
import { limitOfCallerInFlight, limitRequestsInFlight } from './requests-in-flight.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { watchSilentConnections } from './silent-connections.ts';

/** What is known of a request as it arrives. */
export type Arrival = Pick<Call, 'requestId' | 'signal' | 'deadline'>;

export interface ServerOptions {
  /** Started. */
  readonly apollo: ApolloServer<GatewayContext>;
  /** Finds out who asks. @param authorization all Authorization headers. @throws {CallerRefusal} */
  readonly admit: (authorization: readonly string[]) => Promise<Admission>;
  readonly createContext: (arrival: Arrival, admission: Admission) => GatewayContext;
  /** Whether browsers get a page at `/graphql`. */
  readonly landingPage: boolean;
  readonly readiness: Readiness;
  readonly requestTimeoutMs: number;
  /** Queries that the explorer's tabs hold at first; undefined where there is no explorer. */
  readonly explorerQueries: readonly ExampleQuery[] | undefined;
  /** Takes requests only under a loopback host name; see {@link checkHosts}. */
  readonly loopbackOnly: boolean;
  readonly limits: HttpLimits;
  /** Origins of web pages that may ask; none by default. */
  readonly corsOrigins: readonly string[];
  /** Goes off when requests in flight are not waited for any longer. */
  readonly stopping: AbortSignal;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Clock, in epoch milliseconds. */
  readonly now: () => number;
}

/** What is borne of callers. */
export interface HttpLimits {
  /** Time for a caller to send a whole request; its head must come within a third of it. */
  readonly receiveTimeoutMs: number;
  /** Connections at once; further ones are closed at once. */
  readonly maxConnections: number;
  readonly maxRequestsInFlight: number;
  /** Requests a minute of each caller; 0 for no limit. */
  readonly callerRequestsPerMinute: number;
}

/** Largest request body, in bytes: far above any filter that upstream takes. */
const maxBodyBytes = 256 * 1024;
/** Largest head of a request, in bytes: an access token comes to 2 to 8 KB. */
const maxHeadBytes = 32 * 1024;
/** How often it is looked for requests that do not come on, at most. */
const checkIntervalMs = 5_000;

/** The HTTP server, not yet listening: `/graphql`, `/healthz`, `/readyz`, `/metrics`, `/explorer`. */
export function createServer(options: ServerOptions): FastifyInstance {
  const { apollo, createContext, readiness, requestTimeoutMs, limits, stopping, log, metrics, now } = options;
  // Each request in flight listens, and there may be many.
  setMaxListeners(0, stopping);
  const loggerInstance: FastifyBaseLogger = log;
  const server = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIdOf,
    bodyLimit: maxBodyBytes,
    requestTimeout: limits.receiveTimeoutMs,
    forceCloseConnections: 'idle',
    http: {
      headersTimeout: Math.ceil(limits.receiveTimeoutMs / 3),
      connectionsCheckingInterval: Math.min(checkIntervalMs, Math.ceil(limits.receiveTimeoutMs / 3)),
      maxHeaderSize: maxHeadBytes,
    },
  });
  server.server.maxConnections = limits.maxConnections;
  server.addHook('onRequest', async (request, reply) => {
    reply.header(requestIdHeader, request.id);
  });
  const refused = (reason: string) => () => metrics.requestRefused(reason);
  addSecurityHeaders(server);
  checkHosts(server, options.loopbackOnly);
  if (options.corsOrigins.length > 0) allowOrigins(server, options.corsOrigins);
  // Behind the hooks of CORS, so that a page can read why it was refused.
  server.after(() => limitRequestsInFlight(server, limits.maxRequestsInFlight, refused('overloaded')));
  let closing = false;
  const closeSilentConnections = watchSilentConnections(server.server);
  server.addHook('preClose', async () => {
    closing = true;
    closeSilentConnections();
  });
  server.addHook('onSend', async (_, reply) => {
    // Else a caller's kept connection would have to be waited for, idle as it is.
    if (closing) reply.header('connection', 'close');
  });
  server.addHook('onResponse', async (request, reply) => {
    // The path alone: the query of a GET holds the operation, and with it names of devices.
    const path = request.url.split('?', 1)[0];
    log.info(
      {
        requestId: request.id,
        method: request.method,
        path,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request answered',
    );
  });
  server.setErrorHandler<FastifyError>((error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error({ requestId: request.id, err: error }, 'a request failed');
    return reply
      .code(status)
      .send(
        status < 500
          ? problem('BAD_REQUEST', error.message)
          : problem('INTERNAL_SERVER_ERROR', 'Something went wrong inside the gateway.'),
      );
  });
  server.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send(problem('NOT_FOUND', `There is nothing at ${request.method} of this path. Try /graphql.`)),
  );
  registerHealth(server, readiness);
  server.get('/metrics', async (_, reply) => reply.type(metrics.contentType).send(await metrics.print()));
  if (options.explorerQueries !== undefined) registerExplorer(server, options.explorerQueries);
  const door = createDoor({
    admit: options.admit,
    isForPage: (request) => options.landingPage && isForLandingPage(request),
    log,
    onRefused: metrics.requestRefused,
  });
  // Who is known is counted by that. A forwarding header is no evidence of who asks: whoever asks can write it.
  const knownCaller = (request: FastifyRequest): string | undefined => {
    const caller = door.callerOf(request);
    return caller?.kind === 'known' ? caller.id : undefined;
  };
  const callerKey: CallerKey = (request) => knownCaller(request) ?? request.ip;
  server.route({
    url: '/graphql',
    method: ['GET', 'POST'],
    onRequest: [
      door.check,
      limitOfCallerInFlight(limits.maxRequestsInFlight, knownCaller, refused('rate_limited')),
      ...(limits.callerRequestsPerMinute > 0
        ? [callerLimit(limits.callerRequestsPerMinute, callerKey, now, refused('rate_limited'))]
        : []),
    ],
    preHandler: async (request) => {
      request.headers = headersForApollo(request.method, request.headers, options.corsOrigins);
    },
    handler: fastifyApolloHandler(apollo, {
      context: async (request, reply) =>
        createContext(
          {
            requestId: request.id,
            signal: departureSignal(reply, requestTimeoutMs, stopping),
            deadline: now() + requestTimeoutMs,
          },
          door.admissionOf(request),
        ),
    }),
  });
  return server;
}

/** A browser that comes by hand: no operation, and rather a page than data, by the same choice as Apollo's. */
function isForLandingPage({ method, headers, url }: FastifyRequest): boolean {
  if (method !== 'GET' || url.includes('?') || headers.accept === undefined) return false;
  const html = 'text/html';
  return (
    new Negotiator({ headers }).mediaType(['application/json', 'application/graphql-response+json', html]) ===
    html
  );
}
