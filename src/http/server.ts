import { setMaxListeners } from 'node:events';
import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import type { GatewayContext } from '../graphql/context.ts';
import { isLoopbackHost } from '../loopback.ts';
import type { Call } from '../machines/source.ts';
import type { Metrics } from '../metrics.ts';
import { headersForApollo } from './client-headers.ts';
import { departureSignal } from './departure.ts';
import type { ExampleQuery } from './explorer/example-queries.ts';
import { registerExplorer } from './explorer.ts';
import { type Readiness, registerHealth } from './health.ts';
import { requestIdHeader, requestIdOf } from './request-id.ts';
import { watchSilentConnections } from './silent-connections.ts';

/** What is known of a request as it arrives. */
export type Arrival = Pick<Call, 'requestId' | 'signal' | 'deadline'>;

export interface ServerOptions {
  /** Started. */
  readonly apollo: ApolloServer<GatewayContext>;
  readonly createContext: (arrival: Arrival) => GatewayContext;
  readonly readiness: Readiness;
  readonly requestTimeoutMs: number;
  /** Queries that the explorer's tabs hold at first; undefined where there is no explorer. */
  readonly explorerQueries: readonly ExampleQuery[] | undefined;
  /** Takes requests only under a loopback host name; see {@link refuseForeignHosts}. */
  readonly loopbackOnly: boolean;
  /** Goes off when requests in flight are not waited for any longer. */
  readonly stopping: AbortSignal;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Clock, in epoch milliseconds. */
  readonly now: () => number;
}

/** Largest request body, in bytes: far above any filter that upstream takes. */
const maxBodyBytes = 256 * 1024;
/** Time for a caller to send a whole request. */
const receiveTimeoutMs = 30_000;

/** The HTTP server, not yet listening: `/graphql`, `/healthz`, `/readyz`, `/metrics`, `/explorer`. */
export function createServer(options: ServerOptions): FastifyInstance {
  const { apollo, createContext, readiness, requestTimeoutMs, stopping, log, metrics, now } = options;
  // Each request in flight listens, and there may be many.
  setMaxListeners(0, stopping);
  const loggerInstance: FastifyBaseLogger = log;
  const server = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIdOf,
    bodyLimit: maxBodyBytes,
    requestTimeout: receiveTimeoutMs,
    forceCloseConnections: 'idle',
  });
  server.addHook('onRequest', async (request, reply) => {
    reply.header(requestIdHeader, request.id);
  });
  if (options.loopbackOnly) server.addHook('onRequest', refuseForeignHosts);
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
  server.route({
    url: '/graphql',
    method: ['GET', 'POST'],
    preHandler: async (request) => {
      request.headers = headersForApollo(request.method, request.headers);
    },
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

/**
 * A page of somebody else's that a browser here has open can have its own name point to this machine, and then ask us as
 * if it were ours (DNS rebinding). The name is in the Host header.
 */
async function refuseForeignHosts(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (isLoopbackHost(request.hostname)) return;
  await reply
    .code(421)
    .send(
      problem('BAD_REQUEST', 'This gateway answers under localhost only. ALLOW_ANONYMOUS=true lifts that.'),
    );
}

/** An error ahead of GraphQL, in the form that GraphQL clients read. */
const problem = (code: string, message: string) => ({ errors: [{ message, extensions: { code } }] });
