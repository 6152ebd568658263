import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { beforeEach, describe, expect, it } from 'vitest';
import { WatchedExporter } from '../../src/tracing/watched-exporter.ts';
import { type WatchedLog, watchedLog } from '../support/watched-log.ts';

const spans = (count: number) => Array.from({ length: count }, () => ({}) as ReadableSpan);
const taken: ExportResult = { code: ExportResultCode.SUCCESS };
const failed = (error: Error): ExportResult => ({ code: ExportResultCode.FAILED, error });
const refused = failed(
  Object.assign(new Error('connect'), { code: 'ECONNREFUSED', address: '::1', port: 4318 }),
);

describe('an exporter whose outages are logged', () => {
  let watched: WatchedLog;
  let result: ExportResult;
  let exporter: WatchedExporter;
  beforeEach(() => {
    watched = watchedLog();
    exporter = new WatchedExporter(
      { export: (_, done) => done(result), shutdown: async () => undefined },
      watched.log,
    );
  });
  const sendSpans = (count: number, next: ExportResult): void => {
    result = next;
    exporter.export(spans(count), () => undefined);
  };
  const lines = () =>
    watched.lines.map(({ level, msg, reason, lostSpans }) => ({ level, msg, reason, lostSpans }));

  it('logs nothing while spans are taken', () => {
    sendSpans(3, taken);
    expect(watched.lines).toEqual([]);
  });

  it('warns once an outage, and says at its end how many spans were lost', () => {
    for (const [count, next] of [
      [3, refused],
      [4, refused],
      [5, taken],
      [6, taken],
      [7, refused],
    ] as const) {
      sendSpans(count, next);
    }
    const warning = {
      level: 'warn',
      msg: 'spans cannot be exported; requests are answered without',
      reason: 'the connection was refused (ECONNREFUSED ::1:4318)',
    };
    expect(lines()).toEqual([
      warning,
      { level: 'info', msg: 'spans are exported again', lostSpans: 7 },
      warning,
    ]);
  });

  it.each([
    [401, 'the receiver answered 401'],
    [undefined, 'the receiver answered 429, 502, 503 or 504'],
  ])('says which status the receiver answered (%s), and nothing of what it said', (code, reason) => {
    const error = Object.assign(new Error('Bad api-key k-secret'), {
      name: 'OTLPExporterError',
      code,
      data: 'k-secret',
    });
    sendSpans(1, failed(error));
    expect(lines()[0]?.reason).toBe(reason);
    expect(JSON.stringify(watched.lines)).not.toContain('k-secret');
  });

  it('hands the result on', () => {
    const results: ExportResult[] = [];
    result = refused;
    exporter.export(spans(1), (each) => results.push(each));
    expect(results).toEqual([refused]);
  });
});
