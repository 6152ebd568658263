import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { OperationFacts } from '../graphql/context.ts';
import { whenDone } from './connections.ts';
import type { RequestSpans } from './request-spans.ts';

/** One line for each request, as it ends; what an operation was, and what became of it, stands in the same line. */
export class RequestLog {
  readonly #log: Logger;
  /** By request: `begun` until the operation has an answer. */
  readonly #operations = new WeakMap<FastifyRequest, OperationFacts | 'begun'>();
  /** Requests whose callers left ahead of the answer: their lines are written once the operation has ended. */
  readonly #left = new WeakMap<FastifyRequest, () => void>();

  readonly #spans: RequestSpans;

  constructor(log: Logger, spans: RequestSpans) {
    this.#spans = spans;
    // No headers stand in these lines, so that there is nothing to redact, which would cost more than the line.
    this.#log = log.child({}, { redact: [] });
  }

  /** To be registered ahead of all that rejects. */
  register(server: FastifyInstance): void {
    server.addHook('onRequest', (request, reply, next) => {
      whenDone(reply.raw, () => {
        const write = () => this.#write(request, reply.statusCode, reply.elapsedTime);
        if (!reply.raw.writableFinished && this.#operations.get(request) === 'begun') {
          this.#left.set(request, write);
        } else write();
      });
      next();
    });
  }

  /** Told of a request's operation as it begins, and of what became of it. */
  note(request: FastifyRequest, operation: OperationFacts | 'begun'): void {
    this.#operations.set(request, operation);
    if (operation === 'begun') return;
    this.#left.get(request)?.();
    this.#left.delete(request);
  }

  #write(request: FastifyRequest, status: number, ms: number): void {
    if (!this.#log.isLevelEnabled('info')) return;
    const noted = this.#operations.get(request);
    const operation = noted === 'begun' ? undefined : noted;
    const { requestId, traceId, spanId } = this.#spans.fieldsOf(request);
    // Written out, as an object made by spreading takes six times as long to be printed.
    this.#log.info(
      {
        requestId,
        traceId,
        spanId,
        method: request.method,
        // The path alone: the query of a GET holds the operation, and with it names of devices.
        path: request.url.split('?', 1)[0],
        status,
        ms: Math.round(ms),
        caller: operation?.caller,
        operation: operation?.operation,
        kind: operation?.kind,
        errors: operation?.errors,
        operationMs: operation?.operationMs,
      },
      'request answered',
    );
  }
}
