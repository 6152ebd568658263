import { describe, expect, it } from 'vitest';
import { reportSettings } from '../../src/config/settings-report.ts';
import { unknownSettings } from '../../src/config/unknown-settings.ts';
import { ConfigError, readConfig } from '../../src/config.ts';
import { secrets } from '../support/secrets.ts';

const required = { CALLER_AUTH: 'none', MACHINES_API_TOKEN: secrets.token };
const tracing = (environment: Readonly<Record<string, string>>) =>
  readConfig({ ...required, ...environment }, () => '').tracing;
const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

function problemsOf(environment: Readonly<Record<string, string>>): string {
  try {
    tracing(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

describe('tracing', () => {
  it.each([
    {},
    { OTEL_SERVICE_NAME: 'a', OTEL_TRACES_SAMPLER: 'always_on' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
    { ...endpoint, OTEL_TRACES_EXPORTER: 'none' },
    { ...endpoint, OTEL_SDK_DISABLED: 'true' },
    { OTEL_TRACES_EXPORTER: 'otlp', OTEL_SDK_DISABLED: 'TRUE' },
  ])('is off with %j', (environment) => {
    expect(tracing(environment)).toBeUndefined();
  });

  it.each([
    [endpoint, 'http://collector:4318/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector/otlp/' }, 'https://collector/otlp/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/in' }, 'http://collector:4318/in'],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://other/t' }, 'http://other/t'],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, 'http://localhost:4318/v1/traces'],
    [{ ...endpoint, OTEL_SDK_DISABLED: 'false' }, 'http://collector:4318/v1/traces'],
  ])('is on with %j, to %s', (environment, url) => {
    expect(tracing(environment)?.url).toBe(url);
  });

  it('is by default sampled as the caller is, sent as protobuf, and of the service machines-gateway', () => {
    expect(tracing(endpoint)).toEqual({
      url: 'http://collector:4318/v1/traces',
      protocol: 'http/protobuf',
      timeoutMs: 10_000,
      delayMs: 5_000,
      headers: {},
      resource: { 'service.name': 'machines-gateway' },
      sampler: { parentBased: true, ratio: 1 },
    });
  });

  it.each([
    ['always_on', false, 1],
    ['always_off', false, 0],
    ['traceidratio', false, 0.25],
    ['parentbased_always_on', true, 1],
    ['parentbased_always_off', true, 0],
    ['parentbased_traceidratio', true, 0.25],
  ])('samples by %s', (name, parentBased, ratio) => {
    const sampler = { OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: '0.25' };
    expect(tracing({ ...endpoint, ...sampler })?.sampler).toEqual({ parentBased, ratio });
  });

  it('takes the name of the service from the attributes where it is set there alone', () => {
    const attributes = { ...endpoint, OTEL_RESOURCE_ATTRIBUTES: ' service.name=eu , zone=a%2Cb%3Dc,' };
    expect(tracing(attributes)?.resource).toEqual({ 'service.name': 'eu', zone: 'a,b=c' });
    expect(tracing({ ...attributes, OTEL_SERVICE_NAME: 'us' })?.resource['service.name']).toBe('us');
  });

  it('keeps the values of headers secret, and takes them from a file', () => {
    const read = tracing({ ...endpoint, OTEL_EXPORTER_OTLP_HEADERS: 'api-key=k%20secret==' });
    expect(read?.headers['api-key']?.reveal()).toBe('k secret==');
    expect(JSON.stringify(read)).not.toContain('k secret');
    expect(reportSettings({ OTEL_EXPORTER_OTLP_HEADERS: 'api-key=k' }).OTEL_EXPORTER_OTLP_HEADERS).toBe(
      'set',
    );
    const environment = { ...required, ...endpoint, OTEL_EXPORTER_OTLP_HEADERS_FILE: '/run/headers' };
    const fromFile = readConfig(environment, () => 'api-key=of-file\n').tracing;
    expect(fromFile?.headers['api-key']?.reveal()).toBe('of-file');
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', 'must be the address of an OTLP receiver over HTTP'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'grpc://collector', 'must be the address of an OTLP receiver over HTTP'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'http://u:p@collector', 'without user, password'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'must be one of http/protobuf, http/json'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'api-key', 'must be headers as name=value'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'api key=1', 'must be headers as name=value'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'api-key=a%0d%0ab', 'must be headers as name=value'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'api-key=%zz', 'values percent-encoded'],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '10s', 'must be a whole number'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'zone', 'must be attributes as name=value'],
    ['OTEL_TRACES_EXPORTER', 'jaeger', 'must be one of otlp, none'],
    ['OTEL_TRACES_SAMPLER', 'sometimes', 'must be one of always_on'],
    ['OTEL_TRACES_SAMPLER_ARG', '10%', 'a number from 0 to 1'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5', 'a number from 0 to 1'],
    ['OTEL_SDK_DISABLED', 'perhaps', 'must be on or off'],
  ])('is rejected where %s is %s, by name and without the value', (name, value, problem) => {
    const message = problemsOf({ ...endpoint, [name]: value });
    expect(message).toContain(`${name} `);
    expect(message).toContain(problem);
    if (name.endsWith('HEADERS')) expect(message).not.toContain(value);
  });

  it('is named by variables of which none counts as a misspelt setting', () => {
    const others = [
      'OTEL_TRACES_SAMPLERS',
      'OTEL_METRICS_EXPORTER',
      'OTEL_EXPORTER_OTLP_HEADER',
      'OTEL_LOG_LEVEL',
    ];
    expect(unknownSettings(Object.fromEntries(others.map((name) => [name, '1'])))).toEqual([]);
  });
});
