import {
  type Span as ApiSpan,
  type Tracer as ApiTracer,
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { timeLimit, untilAborted } from '../cancellation.ts';
import { readVersion } from '../version.ts';
import { attributeNames, type Span, type SpanFacts, type SpanName, spanKinds } from './span.ts';
import type { Tracer, TracerOptions, TracingConfig } from './tracer.ts';
import { WatchedExporter } from './watched-exporter.ts';

/**
 * Spans over OpenTelemetry's SDK. Nothing is registered globally and no library is patched: a span is begun where the work is, and
 * handed on with the call. Only the `traceparent` of W3C Trace Context is read and sent; `tracestate` and `baggage` are what
 * others wrote, and go no further.
 */
export async function startTracing(config: TracingConfig, options: TracerOptions): Promise<Tracer> {
  const exporter = new WatchedExporter(await exporterOf(config), options.log);
  const provider = new TracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({ 'service.version': readVersion(), ...config.resource }),
    ),
    sampler: samplerOf(config),
    spanProcessors: [new BatchSpanProcessor({ exporter, ...queue, scheduledDelayMillis: config.delayMs })],
    spanLimits,
  });
  const tracer = provider.getTracer('machines-gateway', readVersion());
  return {
    isOn: true,
    begin: (name, traceparent) => {
      const parent = traceparent === undefined ? null : parseTraceParent(traceparent);
      const context =
        parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
      return beginSpan(tracer, context, name);
    },
    close: async () => {
      const limit = timeLimit(options.closeMs());
      // What could not be exported has been logged.
      await untilAborted(provider.shutdown(), limit.signal)
        .catch(() => undefined)
        .finally(limit.lift);
    },
  };
}

/** Spans that wait are some 2 KB each; further ones are dropped. */
const queue = {
  maxQueueSize: 4_096,
  maxExportBatchSize: 512,
  exportTimeoutMillis: 30_000,
};
const spanLimits = {
  attributeCountLimit: 32,
  attributeValueLengthLimit: 256,
  linkCountLimit: 32,
  eventCountLimit: 0,
};

/** One of the two is loaded. What is not set here, the exporter reads from the variables that OpenTelemetry names for it. */
async function exporterOf({ protocol, url, headers, timeoutMs }: TracingConfig): Promise<SpanExporter> {
  const revealed = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.reveal()] as const),
  );
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter({ url, headers: revealed, timeoutMillis: timeoutMs });
}

function samplerOf({ sampler: { parentBased, ratio } }: TracingConfig): Sampler {
  const root = new TraceIdRatioBasedSampler(ratio);
  return parentBased ? new ParentBasedSampler({ root }) : root;
}

const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  internal: SpanKind.INTERNAL,
} as const satisfies Readonly<Record<(typeof spanKinds)[SpanName], SpanKind>>;

function beginSpan(tracer: ApiTracer, context: Context, name: SpanName, facts?: SpanFacts): Span {
  const kind = kinds[spanKinds[name]];
  const span = tracer.startSpan(name, { kind, attributes: attributesOf(facts) }, context);
  return span.isRecording() ? new RecordedSpan(tracer, span) : new UnrecordedSpan(span);
}

/** How a span is known to others, exported or not. */
abstract class NamedSpan {
  protected readonly span: ApiSpan;

  constructor(span: ApiSpan) {
    this.span = span;
  }

  get traceId(): string {
    return this.span.spanContext().traceId;
  }

  get spanId(): string {
    return this.span.spanContext().spanId;
  }

  get traceparent(): string {
    return traceparentOf(this.span);
  }
}

class RecordedSpan extends NamedSpan implements Span {
  readonly isRecorded = true;
  readonly #tracer: ApiTracer;

  constructor(tracer: ApiTracer, span: ApiSpan) {
    super(span);
    this.#tracer = tracer;
  }

  begin(name: SpanName, facts?: SpanFacts): Span {
    return beginSpan(this.#tracer, trace.setSpan(ROOT_CONTEXT, this.span), name, facts);
  }

  link({ traceId, spanId, isRecorded }: Span): void {
    if (!this.span.isRecording() || !isRecorded || traceId === undefined || spanId === undefined) return;
    if (spanId === this.spanId) return;
    this.span.addLink({ context: { traceId, spanId, traceFlags: TraceFlags.SAMPLED } });
  }

  end(facts?: SpanFacts, name?: SpanName): void {
    if (!this.span.isRecording()) return;
    if (name !== undefined) this.span.updateName(name);
    if (facts !== undefined) this.span.setAttributes(attributesOf(facts));
    if (facts?.error !== undefined) this.span.setStatus({ code: SpanStatusCode.ERROR });
    this.span.end();
  }
}

/** One that the sampler left out: it passes the trace on, and so do all within it. */
class UnrecordedSpan extends NamedSpan implements Span {
  readonly isRecorded = false;

  begin(): Span {
    return this;
  }

  link(): void {}

  end(): void {}
}

function traceparentOf(span: ApiSpan): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${(traceFlags & TraceFlags.SAMPLED) === 0 ? '00' : '01'}`;
}

/** Nothing but what the table names. */
function attributesOf(facts: SpanFacts | undefined): Attributes {
  const attributes: Attributes = {};
  for (const key in facts) {
    const fact = key as keyof SpanFacts;
    attributes[attributeNames[fact]] = facts[fact];
  }
  return attributes;
}
