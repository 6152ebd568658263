import { setMaxListeners } from 'node:events';
import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import type { GatewayContext } from '../graphql/context.ts';
import type { Call } from '../machines/source.ts';
import type { Metrics } from '../metrics.ts';
import { type CallerKey, limitCallers } from './caller-rate.ts';
import { allowOrigins } from './cors.ts';
import { departureSignal } from './departure.ts';
import { type Readiness, registerHealth } from './health.ts';
import { checkHosts } from './host-header.ts';
import { problem } from './problem.ts';
import { requestIdHeader, requestIdOf } from './request-id.ts';
import { limitRequestsInFlight } from './requests-in-flight.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { watchSilentConnections } from './silent-connections.ts';

/** What is known of a request as it arrives. */
export type Arrival = Pick<Call, 'requestId' | 'signal' | 'deadline'>;

export interface ServerOptions {
  /** Started. */
  readonly apollo: ApolloServer<GatewayContext>;
  readonly createContext: (arrival: Arrival) => GatewayContext;
  readonly readiness: Readiness;
  readonly requestTimeoutMs: number;
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
/** Whom a request is counted on. A forwarding header is no evidence: who asks can write it. */
const callerKey: CallerKey = (request) => request.ip;

/** The HTTP server, not yet listening: `/graphql`, `/healthz`, `/readyz`. */
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
  addSecurityHeaders(server);
  checkHosts(server, options.loopbackOnly);
  if (options.corsOrigins.length > 0) allowOrigins(server, options.corsOrigins);
  // Behind the hooks of CORS, so that a page can read why it was refused.
  server.after(() => {
    limitRequestsInFlight(server, limits.maxRequestsInFlight);
    if (limits.callerRequestsPerMinute > 0) {
      limitCallers(server, limits.callerRequestsPerMinute, callerKey, now);
    }
  });
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
  server.route({
    url: '/graphql',
    method: ['GET', 'POST'],
    handler: fastifyApolloHandler(apollo, {
      context: async (request, reply) =>
        createContext({
          requestId: request.id,
          signal: departureSignal(reply, requestTimeoutMs, stopping),
          deadline: now() + requestTimeoutMs,
        }),
    }),
  });
  return server;
}
