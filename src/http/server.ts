import { setMaxListeners } from 'node:events';
import { createServer as createNodeServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { ApolloServer } from '@apollo/server';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Admission } from '../auth/admission.ts';
import type { AnswerPrepared } from '../graphql/answers/answer-prepared.ts';
import type { Arrival, CreateContext, GatewayContext } from '../graphql/context.ts';
import type { OpenExport } from '../graphql/exports/machine-exports.ts';
import type { Metrics } from '../metrics.ts';
import type { Tracer } from '../tracing/tracer.ts';
import { apolloAnswers } from './apollo-answers.ts';
import { type CallerKey, CallerRate, callerLimit } from './caller-rate.ts';
import { cannotBeOfForeignPage, headersForApollo } from './client-headers.ts';
import { Connections } from './connections.ts';
import { allowOrigins } from './cors.ts';
import { createDoor } from './door.ts';
import { EncodedAnswers } from './encoded-answers.ts';
import { refuseEncodedBodies } from './encoded-bodies.ts';
import type { ExampleQuery } from './explorer/example-queries.ts';
import { registerExplorer } from './explorer.ts';
import { exportSendTimes, exportShare, registerExports } from './exports.ts';
import { type Readiness, registerHealth } from './health.ts';
import { checkHosts } from './host-header.ts';
import { registerMetrics } from './metrics-path.ts';
import { prefersPage } from './page-preference.ts';
import { redirectPrefix, withoutPrefix } from './path-prefix.ts';
import { Places } from './places.ts';
import { createSendReady } from './ready-answer.ts';
import { RequestArrival } from './request-arrival.ts';
import { errorAnswer, refuseUnreadable } from './request-errors.ts';
import { RequestSpans } from './request-spans.ts';
import { limitOfCallerInFlight, limitRequestsInFlight, sharedPlaces } from './requests-in-flight.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { basicOptions, registerBasics } from './server-basics.ts';
import { registerStartPage } from './start-page.ts';
import { answerByEvents, EventBytes, wantsEvents } from './streams/event-streams.ts';
import { OpenStreams } from './streams/open-streams.ts';
import { takeUpgrades, type Upgrades } from './streams/upgrades.ts';
import { WebSockets } from './streams/web-sockets.ts';
import { UnsentAnswers } from './unsent-answers.ts';

export interface ServerOptions {
  /** Started. */
  readonly apollo: ApolloServer<GatewayContext>;
  /** Identifies the caller. @param authorization all Authorization headers. @throws {CallerRefusal} */
  readonly admit: (authorization: readonly string[]) => Promise<Admission>;
  readonly createContext: CreateContext;
  readonly answerPrepared: AnswerPrepared;
  readonly openExport: OpenExport;
  /** Whether browsers get a page at `/graphql`. */
  readonly landingPage: boolean;
  readonly readiness: Readiness;
  readonly requestTimeoutMs: number;
  /** Whether `/metrics` is served here; else a port of its own has it. */
  readonly metricsPath: boolean;
  /** Queries that the explorer's tabs hold at first; undefined where there is no explorer. */
  readonly explorerQueries: readonly ExampleQuery[] | undefined;
  /** Takes requests only under a loopback host name; see {@link checkHosts}. */
  readonly loopbackOnly: boolean;
  readonly limits: HttpLimits;
  /** Compresses answers as callers accept; else it is left to a proxy. */
  readonly compression: boolean;
  /** Path under which a proxy serves the gateway, such as `/defender`; empty for none. */
  readonly pathPrefix: string;
  /** Origins of web pages that may ask; none by default. */
  readonly corsOrigins: readonly string[];
  /** Goes off when requests in flight are not waited for any longer. */
  readonly stopping: AbortSignal;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  /** Clock that never goes back, in milliseconds. */
  readonly monotonic: () => number;
  /** Wall clock, in epoch milliseconds. */
  readonly now: () => number;
}

/** Limits on callers. */
export interface HttpLimits {
  /** Time for a caller to send a whole request; its head must come within a third of it. */
  readonly receiveTimeoutMs: number;
  /** Time for a caller to take a whole answer. */
  readonly sendTimeoutMs: number;
  /** Most bytes of answers that lie in memory until their callers take them. */
  readonly maxUnsentBytes: number;
  /** Connections at once; a further one takes the place of an idle one. */
  readonly maxConnections: number;
  readonly maxRequestsInFlight: number;
  /** Requests a minute of each caller; 0 for no limit. */
  readonly callerRequestsPerMinute: number;
  /** Subscriptions at a time, and connections for them. */
  readonly subscriptions: number;
  readonly subscriptionsPerCaller: number;
}

/** Largest request body, in bytes: far above any filter that upstream takes. */
const maxBodyBytes = 256 * 1024;
/** Largest head of a request, in bytes: an access token comes to 2 to 8 KB. */
const maxHeadBytes = 32 * 1024;
/** How often it is looked for requests that do not come on, at most. */
const checkIntervalMs = 5_000;

/** How long a connection is kept idle: longer than load balancers do, which else would ask on one that is being closed. */
const keepAliveMs = 72_000;

const graphqlPath = '/graphql';

/** The HTTP server, not yet listening: `/`, `/graphql`, `/export/machines.ndjson`, `/export/machines.csv`, `/healthz`, `/readyz`, `/metrics`, `/explorer`. */
export function createServer(options: ServerOptions): FastifyInstance {
  const { apollo, createContext, readiness, requestTimeoutMs, limits, stopping, log, metrics, monotonic } =
    options;
  // Each request in flight listens, and there may be many.
  setMaxListeners(0, stopping);
  const connections = new Connections({
    most: limits.maxConnections,
    onCrowded: ({ remoteAddress }) => {
      metrics.requestRefused('overloaded');
      log.info({ address: remoteAddress }, 'too many requests wait on one connection; closing it');
    },
  });
  const unsent = new UnsentAnswers({
    timeoutMs: limits.sendTimeoutMs,
    maxBytes: limits.maxUnsentBytes,
    onCut: ({ remoteAddress, writableLength }, reason) => {
      metrics.answerCut(reason);
      log.info(
        { address: remoteAddress, unsentBytes: writableLength, reason },
        'caller does not read its answer',
      );
    },
  });
  metrics.gauge('connections', 'Connections of callers.', () => connections.size);
  metrics.gauge('unsent_bytes', 'Bytes of answers that callers have not read yet.', () => unsent.bytes);
  const spans = new RequestSpans(options.tracer);
  const answerError = errorAnswer(log, spans);
  let upgrades: Upgrades = new WeakMap();
  const server = Fastify({
    ...basicOptions(log, answerError),
    // Nobody reads what it makes of a query: the readers of URLs have their own.
    routerOptions: { querystringParser: () => ({}) },
    rewriteUrl: withoutPrefix(options.pathPrefix),
    bodyLimit: maxBodyBytes,
    forceCloseConnections: 'idle',
    clientErrorHandler: refuseUnreadable(connections, log, spans),
    serverFactory: (handle) => {
      const { listener, take } = createListener(limits.receiveTimeoutMs, connections, unsent, handle);
      upgrades = takeUpgrades(listener, take);
      return listener;
    },
  });
  const { loopbackOnly } = options;
  const basics = { log, spans, metrics, answerError, loopbackOnly, knownPath: graphqlPath };
  const requestLog = registerBasics(server, basics);
  const requests = sharedPlaces(limits.maxRequestsInFlight);
  const refused = (reason: string) => () => metrics.requestRefused(reason);
  if (options.corsOrigins.length > 0) allowOrigins(server, options.corsOrigins);
  // Behind the hooks of CORS, so that a page can read why it was rejected.
  server.after(() => {
    server.addHook('onRequest', refuseEncodedBodies);
    limitRequestsInFlight(server, requests, refused('overloaded'));
  });
  metrics.gauge('requests_in_flight', 'Requests in flight, health and metrics aside.', () => requests.taken);
  metrics.gauge('subscriptions', 'Subscriptions, and connections for them.', () => streams.size);
  const streams = new OpenStreams(
    new Places(limits.subscriptions, limits.subscriptionsPerCaller),
    options.now,
    metrics.streamEnded,
  );
  let closing = false;
  server.addHook('preClose', async () => {
    closing = true;
    streams.close();
    connections.closeIdle();
  });
  // Else a caller's kept connection would have to be waited for, idle as it is.
  const headersNow = () => (closing ? { connection: 'close' } : {});
  server.addHook('onSend', async (_, reply) => {
    addSecurityHeaders(reply);
    reply.headers(headersNow());
  });
  const encoded = options.compression ? new EncodedAnswers() : undefined;
  if (encoded !== undefined) {
    metrics.gauge('encoded_bytes', 'Bytes of answers that are kept compressed.', () => encoded.bytes);
  }
  const sendReady = createSendReady({ encoded, headersNow });
  redirectPrefix(server, options.pathPrefix);
  registerStartPage(server, {
    prefix: options.pathPrefix,
    explorer: options.explorerQueries !== undefined,
    landingPage: options.landingPage,
  });
  registerHealth(server, readiness);
  if (options.metricsPath) registerMetrics(server, metrics);
  if (options.explorerQueries !== undefined) registerExplorer(server, options.explorerQueries, sendReady);
  const door = createDoor({
    admit: options.admit,
    needsNobody: (request) =>
      request.routeOptions.url === graphqlPath &&
      ((options.landingPage && isForLandingPage(request)) ||
        (upgrades.has(request.raw) && request.headers.authorization === undefined)),
    log,
    spans,
    onRefused: metrics.requestRefused,
  });
  // Identified callers are counted by id. A forwarding header identifies nobody: any caller can write it.
  const knownCaller = (request: FastifyRequest): string | undefined => {
    const caller = door.callerOf(request);
    return caller?.kind === 'known' ? caller.id : undefined;
  };
  const callerKey: CallerKey = (request) => knownCaller(request) ?? request.ip;
  const rate =
    limits.callerRequestsPerMinute > 0 ? new CallerRate(limits.callerRequestsPerMinute) : undefined;
  const shared = { apollo, createContext, door, spans, streams, unsent, requestTimeoutMs, monotonic };
  const webSockets = new WebSockets({
    ...shared,
    requests,
    rate,
    connections,
    upgrades,
    corsOrigins: options.corsOrigins,
    maxMessageBytes: maxBodyBytes,
    onRefused: metrics.requestRefused,
    log,
  });
  const events = new EventBytes();
  const noteOf =
    (request: FastifyRequest): Arrival['note'] =>
    (operation) =>
      requestLog.note(request, operation);
  const arrive = (request: FastifyRequest, { raw }: FastifyReply): Arrival =>
    new RequestArrival({
      requestId: request.id,
      span: spans.of(request.raw),
      note: noteOf(request),
      response: raw,
      timeoutMs: requestTimeoutMs,
      stopping,
      monotonic,
    });
  const answerByApollo = apolloAnswers(apollo, async (request, reply) =>
    createContext(arrive(request, reply), door.admissionOf(request)),
  );
  const onRequest = [
    door.check,
    limitOfCallerInFlight(requests, knownCaller, refused('rate_limited')),
    ...(rate === undefined ? [] : [callerLimit(rate, callerKey, monotonic, refused('rate_limited'))]),
  ];
  const exports = sharedPlaces(limits.maxRequestsInFlight * exportShare);
  metrics.gauge('exports', 'Exports that are being read.', () => exports.taken);
  registerExports(server, {
    ...options,
    open: options.openExport,
    onRequest,
    admissionOf: door.admissionOf,
    callerOf: knownCaller,
    places: exports,
    exportTimeoutMs: limits.sendTimeoutMs * exportSendTimes,
    headersNow,
    unsent,
    noteOf,
    spans,
    onRefused: metrics.requestRefused,
  });
  server.route({
    url: graphqlPath,
    method: ['GET', 'POST'],
    onRequest,
    handler: async (request, reply) => {
      if (webSockets.wanted(request)) return await webSockets.accept(request, reply);
      if (wantsEvents(request)) {
        request.headers = headersForApollo(request.method, request.headers, options.corsOrigins);
        return await answerByEvents(request, reply, {
          ...shared,
          note: noteOf(request),
          events,
          stopping,
          onRefused: metrics.requestRefused,
        });
      }
      const admission = door.admittedAs(request);
      const isProven =
        request.method === 'GET' && cannotBeOfForeignPage(request.headers, options.corsOrigins);
      const { method, headers, url, body } = request;
      const prepared =
        admission &&
        (await options.answerPrepared(
          { method, headers, url, body, isProven },
          arrive(request, reply),
          admission,
        ));
      if (prepared === undefined) request.headers = headersForApollo(method, headers, options.corsOrigins);
      return sendReady(request, reply, prepared ?? (await answerByApollo(request, reply)));
    },
  });
  return server;
}

/** Node's server: requests of a connection take turns, and each answer is followed until it has left. */
function createListener(
  receiveTimeoutMs: number,
  connections: Connections,
  unsent: UnsentAnswers,
  handle: RequestListener,
): { readonly listener: Server; readonly take: RequestListener } {
  const headersTimeout = Math.ceil(receiveTimeoutMs / 3);
  const take: RequestListener = (request, response) => {
    unsent.watch(response);
    connections.take(request, response, handle);
  };
  const listener = createNodeServer(
    {
      requestTimeout: receiveTimeoutMs,
      headersTimeout,
      connectionsCheckingInterval: Math.min(checkIntervalMs, headersTimeout),
      keepAliveTimeout: keepAliveMs,
      maxHeaderSize: maxHeadBytes,
      // Node would answer by itself, out of turn; see checkHosts.
      requireHostHeader: false,
    },
    take,
  );
  listener.on('connection', (socket: Socket) => connections.open(socket));
  // An unknown expectation must keep its turn, which Node's own rejection would not.
  listener.on('checkExpectation', take);
  return { listener, take };
}

/** A person with a browser: no operation, and rather a page than data. */
function isForLandingPage({ method, headers, url }: FastifyRequest): boolean {
  return method === 'GET' && !url.includes('?') && prefersPage(headers);
}
