import Fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Metrics } from '../metrics.ts';
import { noTracer } from '../tracing/tracer.ts';
import { type Readiness, registerHealth } from './health.ts';
import { checkHosts } from './host-header.ts';
import { registerMetrics } from './metrics-path.ts';
import { errorAnswer } from './request-errors.ts';
import { RequestSpans } from './request-spans.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { basicOptions, registerBasics } from './server-basics.ts';

export interface MetricsServerOptions {
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  /** Takes requests only under a loopback host name; see {@link checkHosts}. */
  readonly loopbackOnly: boolean;
  readonly log: Logger;
}

/** Connections at once: scrapers and probes are few. Further ones are closed. */
const maxConnections = 64;
/** Time to receive a request, which has no body to speak of. */
const receiveTimeoutMs = 10_000;
/** How long a connection may stand still: longer than the usual minute between two scrapes. */
const idleMs = 72_000;
const maxBodyBytes = 1_024;

/**
 * `/metrics`, and with it `/healthz` and `/readyz`, on a port of its own, not yet listening. It answers until it is closed,
 * and closing waits for no caller.
 */
export function createMetricsServer(options: MetricsServerOptions): FastifyInstance {
  const { metrics, log } = options;
  const spans = new RequestSpans(noTracer);
  const answerError = errorAnswer(log, spans);
  const server = Fastify({
    ...basicOptions(log, answerError),
    bodyLimit: maxBodyBytes,
    requestTimeout: receiveTimeoutMs,
    connectionTimeout: idleMs,
    keepAliveTimeout: idleMs,
    // Node would answer by itself; see checkHosts.
    http: { requireHostHeader: false },
    forceCloseConnections: true,
  });
  server.server.maxConnections = maxConnections;
  registerBasics(server, { ...options, spans, answerError, knownPath: '/metrics' });
  server.addHook('onSend', async (_, reply) => addSecurityHeaders(reply));
  registerHealth(server, options.readiness);
  registerMetrics(server, metrics);
  return server;
}
