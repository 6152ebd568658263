import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { LogController } from 'fastify';
import type { Logger } from 'pino';
import type { Metrics } from '../metrics.ts';
import { checkHosts } from './host-header.ts';
import { problem } from './problem.ts';
import type { errorAnswer } from './request-errors.ts';
import { requestIdHeader, requestIdOf } from './request-id.ts';
import { RequestLog } from './request-log.ts';
import { measureRequests } from './request-metrics.ts';
import type { RequestSpans } from './request-spans.ts';

/** What all servers of the gateway are made with. */
export function basicOptions(log: Logger, answerError: ReturnType<typeof errorAnswer>) {
  const loggerInstance: FastifyBaseLogger = log;
  return {
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    // Nothing is logged by a request's own.
    childLoggerFactory: (logger: FastifyBaseLogger) => logger,
    genReqId: requestIdOf,
    frameworkErrors: answerError,
  };
}

export interface ServerBasics {
  readonly log: Logger;
  readonly spans: RequestSpans;
  readonly metrics: Pick<Metrics, 'requestEnded'>;
  readonly answerError: ReturnType<typeof errorAnswer>;
  /** Takes requests only under a loopback host name; see {@link checkHosts}. */
  readonly loopbackOnly: boolean;
  /** A path that exists, for the answer to unknown ones. */
  readonly knownPath: string;
}

/** Names, traces, logs and measures each request, ahead of all that rejects. @returns the log, for what comes to be known later */
export function registerBasics(
  server: FastifyInstance,
  { log, spans, metrics, answerError, loopbackOnly, knownPath }: ServerBasics,
): RequestLog {
  server.addHook('onRequest', (request, reply, next) => {
    reply.header(requestIdHeader, request.id);
    next();
  });
  spans.register(server);
  const requestLog = new RequestLog(log, spans);
  requestLog.register(server);
  measureRequests(server, metrics.requestEnded);
  checkHosts(server, loopbackOnly);
  server.setErrorHandler(answerError);
  server.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send(problem('NOT_FOUND', `Nothing is served at ${request.method} of this path. Try ${knownPath}.`)),
  );
  return requestLog;
}
