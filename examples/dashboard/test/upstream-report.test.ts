import { describe, expect, it } from 'vitest';
import { readUpstreamReport } from '../src/gateway/upstream-report.ts';

describe('the report of an answer', () => {
  it('is read as the gateway writes it', () => {
    expect(
      readUpstreamReport({ upstream: { calls: 1, cache: 'MISS', asOf: '2026-09-08T06:30:00.000Z' } }),
    ).toEqual({
      calls: 1,
      servedFrom: 'MISS',
    });
    expect(readUpstreamReport({ upstream: { calls: 0, cache: null, source: null } })).toEqual({
      calls: 0,
      servedFrom: null,
    });
  });

  it('tells of the fleet where no window was needed', () => {
    expect(readUpstreamReport({ upstream: { calls: 0, cache: null, source: 'FLEET' } })?.servedFrom).toBe(
      'FLEET',
    );
    expect(readUpstreamReport({ upstream: { calls: 0, cache: 'HIT', source: 'BOTH' } })?.servedFrom).toBe(
      'HIT',
    );
    expect(
      readUpstreamReport({ upstream: { calls: 0, cache: null, source: 'MOON' } })?.servedFrom,
    ).toBeNull();
  });

  it.each([undefined, null, 'text', {}, { upstream: null }, { upstream: { calls: '1' } }])(
    'is none where it says %j',
    (extensions) => {
      expect(readUpstreamReport(extensions)).toBeNull();
    },
  );
});
