import type { Logger } from 'pino';
import type { Secret } from '../secret.ts';
import { type Span, type SpanName, untraced } from './span.ts';

/** Begins traces. */
export interface Tracer {
  readonly isOn: boolean;
  /**
   * Begins the first span of the gateway in a trace.
   * @param traceparent of the request, as W3C Trace Context has it; an unreadable one, or none, begins a new trace
   */
  readonly begin: (name: SpanName, traceparent?: string) => Span;
  /** Exports what has ended, within the time that is left. Never fails. */
  readonly close: () => Promise<void>;
}

/** Which spans are exported. `parentBased`: as the caller's trace is, where it has one. */
export interface SamplerConfig {
  readonly parentBased: boolean;
  /** Part of the traces, 0 to 1. */
  readonly ratio: number;
}

export interface TracingConfig {
  /** The whole address that spans are sent to. */
  readonly url: string;
  readonly protocol: 'http/protobuf' | 'http/json';
  /** Longest wait of a span for its export. */
  readonly delayMs: number;
  /** For an export, its retries included. */
  readonly timeoutMs: number;
  readonly headers: Readonly<Record<string, Secret>>;
  /** Attributes of the resource, `service.name` included. */
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: SamplerConfig;
}

export interface TracerOptions {
  readonly log: Logger;
  /** Time for the last export as tracing ends, in milliseconds. */
  readonly closeMs: () => number;
}

/** Where tracing is off. */
export const noTracer: Tracer = { isOn: false, begin: () => untraced, close: async () => undefined };
