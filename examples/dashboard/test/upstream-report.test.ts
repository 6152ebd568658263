import { describe, expect, it } from 'vitest';
import { readUpstreamReport } from '../src/gateway/upstream-report.ts';

describe('the report of an answer', () => {
  it('is read as the gateway writes it', () => {
    expect(readUpstreamReport({ upstream: { calls: 1, cache: 'MISS', ageSeconds: 0 } })).toEqual({
      calls: 1,
      cache: 'MISS',
    });
    expect(readUpstreamReport({ upstream: { calls: 0, cache: null } })).toEqual({ calls: 0, cache: null });
  });

  it.each([undefined, null, 'text', {}, { upstream: null }, { upstream: { calls: '1' } }])(
    'is none where it says %j',
    (extensions) => {
      expect(readUpstreamReport(extensions)).toBeNull();
    },
  );
});
