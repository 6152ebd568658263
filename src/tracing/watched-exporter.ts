import { ExportResultCode } from '@opentelemetry/core';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import { networkFailure } from '../network/failure.ts';

type Export = SpanExporter['export'];

/** Logs one line as spans can no longer be exported, and one as they can be again. */
export class WatchedExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #log: Logger;
  /** Spans that were lost since the last one that was taken; undefined while none is. */
  #lost: number | undefined;

  constructor(exporter: SpanExporter, log: Logger) {
    this.#exporter = exporter;
    this.#log = log;
  }

  export(...[spans, done]: Parameters<Export>): void {
    this.#exporter.export(spans, (result) => {
      if (result.code === ExportResultCode.FAILED) this.#failed(spans.length, result.error);
      else this.#taken();
      done(result);
    });
  }

  async shutdown(): Promise<void> {
    await this.#exporter.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  #failed(spans: number, error: unknown): void {
    if (this.#lost === undefined) {
      this.#log.warn({ reason: reasonOf(error) }, 'spans cannot be exported; requests are answered without');
    }
    this.#lost = (this.#lost ?? 0) + spans;
  }

  #taken(): void {
    if (this.#lost === undefined) return;
    this.#log.info({ lostSpans: this.#lost }, 'spans are exported again');
    this.#lost = undefined;
  }
}

/** Without what the receiver said: it may repeat what it was sent, headers included. */
function reasonOf(error: unknown): string {
  const isAnswered = error instanceof Error && error.name === 'OTLPExporterError';
  if (!isAnswered) return networkFailure(error).reason;
  const status = 'code' in error ? error.code : undefined;
  return typeof status === 'number'
    ? `the receiver answered ${status}`
    : 'the receiver answered 429, 502, 503 or 504';
}
