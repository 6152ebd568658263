import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { requestFields, type Span, type SpanFacts, type SpanName, untraced } from '../tracing/span.ts';
import type { Tracer } from '../tracing/tracer.ts';
import { whenDone } from './connections.ts';

/** The span of each request for machines; health, metrics and pages have none. */
export class RequestSpans {
  readonly #tracer: Tracer;
  readonly #spans = new WeakMap<IncomingMessage, Span>();

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  /** To be registered ahead of all that rejects. */
  register(server: FastifyInstance): void {
    if (!this.#tracer.isOn) return;
    server.addHook('onRequest', ({ raw, method, routeOptions }, reply, next) => {
      const name = `${method} ${routeOptions.url}`;
      if (isTraced(name)) {
        const { traceparent } = raw.headers;
        const span = this.#tracer.begin(name, typeof traceparent === 'string' ? traceparent : undefined);
        this.#spans.set(raw, span);
        if (span.isRecorded) {
          whenDone(reply.raw, (end) => {
            const status = reply.statusCode;
            const error = end === 'gone' ? 'aborted' : status >= 500 ? String(status) : undefined;
            span.end({ ...tracedRequests[name], status, error });
          });
        }
      }
      next();
    });
  }

  of(request: IncomingMessage): Span {
    return this.#spans.get(request) ?? untraced;
  }

  /** How lines of the log name a request. */
  fieldsOf({ id: requestId, raw }: { readonly id: string; readonly raw: IncomingMessage }) {
    return requestFields({ requestId, span: this.of(raw) });
  }
}

const tracedRequests = {
  'GET /graphql': { method: 'GET', route: '/graphql' },
  'POST /graphql': { method: 'POST', route: '/graphql' },
  'GET /export/machines.ndjson': { method: 'GET', route: '/export/machines.ndjson' },
  'GET /export/machines.csv': { method: 'GET', route: '/export/machines.csv' },
} as const satisfies Partial<Record<SpanName, SpanFacts>>;

const isTraced = (name: string): name is keyof typeof tracedRequests => Object.hasOwn(tracedRequests, name);
