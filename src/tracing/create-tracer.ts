import { noTracer, type Tracer, type TracerOptions, type TracingConfig } from './tracer.ts';

/** @param config undefined where tracing is off: then nothing of the SDK is loaded */
export async function createTracer(
  config: TracingConfig | undefined,
  options: TracerOptions,
): Promise<Tracer> {
  if (config === undefined) return noTracer;
  const { startTracing } = await import('./open-telemetry.ts');
  return await startTracing(config, options);
}
