import { Secret } from '../secret.ts';
import type { SettingValues } from '../settings.ts';
import type { SamplerConfig, TracingConfig } from '../tracing/tracer.ts';

/** What the variables of OpenTelemetry say; undefined where they leave tracing off. */
export function readTracing(values: Partial<SettingValues>): TracingConfig | undefined {
  const {
    OTEL_TRACES_EXPORTER: exporter,
    OTEL_EXPORTER_OTLP_ENDPOINT: base,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint,
    OTEL_RESOURCE_ATTRIBUTES: attributes = {},
    OTEL_SERVICE_NAME: serviceName = attributes['service.name'] ?? 'machines-gateway',
  } = values;
  const isAsked = exporter === 'otlp' || base !== undefined || endpoint !== undefined;
  if (!isAsked || exporter === 'none' || values.OTEL_SDK_DISABLED === true) return undefined;
  const headers = Object.entries(values.OTEL_EXPORTER_OTLP_HEADERS ?? {});
  return {
    // The address of traces is taken as it is; a path is added to that of all signals alone.
    url: endpoint ?? `${(base ?? defaultEndpoint).replace(/\/+$/, '')}/v1/traces`,
    protocol: values.OTEL_EXPORTER_OTLP_PROTOCOL ?? 'http/protobuf',
    timeoutMs: values.OTEL_EXPORTER_OTLP_TIMEOUT ?? 10_000,
    delayMs: values.OTEL_BSP_SCHEDULE_DELAY ?? 5_000,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, new Secret(value)])),
    resource: { ...attributes, 'service.name': serviceName },
    sampler: samplerOf(values),
  };
}

/** By the specification of OTLP. */
const defaultEndpoint = 'http://localhost:4318';

function samplerOf({
  OTEL_TRACES_SAMPLER: name = 'parentbased_always_on',
  OTEL_TRACES_SAMPLER_ARG: ratio = 1,
}: Partial<SettingValues>): SamplerConfig {
  switch (name) {
    case 'always_on':
      return { parentBased: false, ratio: 1 };
    case 'always_off':
      return { parentBased: false, ratio: 0 };
    case 'traceidratio':
      return { parentBased: false, ratio };
    case 'parentbased_always_on':
      return { parentBased: true, ratio: 1 };
    case 'parentbased_always_off':
      return { parentBased: true, ratio: 0 };
    case 'parentbased_traceidratio':
      return { parentBased: true, ratio };
    default:
      return name satisfies never;
  }
}
