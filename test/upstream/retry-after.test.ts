import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  maxRetryAfterSeconds,
  type RetryAfterSources,
  retryAfterSeconds,
} from '../../src/upstream/retry-after.ts';

const now = Date.UTC(2026, 8, 8, 6, 28);
const nothing = { header: undefined, date: undefined, message: undefined };
const waitOf = (sources: Partial<RetryAfterSources>): number | undefined =>
  retryAfterSeconds({ ...nothing, status: 503, ...sources }, now);

describe('Retry-After', () => {
  it.each([
    ['17', 17],
    [' 17 ', 17],
    ['0', 1],
    ['-5', 1],
    ['1.5', 2],
    ['3600', 3_600],
    ['3601', 3_600],
    ['999999', 3_600],
    ['9'.repeat(400), 3_600],
    ['Tue, 08 Sep 2026 06:30:00 GMT', 120],
    ['Tuesday, 08-Sep-26 06:30:00 GMT', 120],
    ['Tue Sep  8 06:30:00 2026', 120],
    ['Tue, 08 Sep 2026 06:28:00 GMT', 1],
    ['Tue, 08 Sep 2020 06:28:00 GMT', 1],
    ['Wed, 08 Sep 2027 06:28:00 GMT', 3_600],
  ])('is read in all its forms, from a second to an hour, with 429 and 503 alike: %s', (header, seconds) => {
    expect(waitOf({ header })).toBe(seconds);
    expect(waitOf({ status: 429, header })).toBe(seconds);
  });

  it.each(['', 'soon', '1e3', '0x10', 'Tue', 'Tue, 99 Foo 2026', '2026-09-08T06:30:00Z', '12 s'])(
    'that is garbage counts as not there: "%s"',
    (header) => {
      expect(waitOf({ header })).toBeUndefined();
      expect(waitOf({ status: 429, header })).toBe(60);
      expect(waitOf({ status: 429, header, message: 'again in 8 seconds' })).toBe(8);
    },
  );

  it('as a date goes by the sender’s clock, whatever ours says', () => {
    const header = 'Tue, 08 Sep 2026 06:30:00 GMT';
    for (const ours of [now, 0, now + 86_400_000]) {
      const sources = { ...nothing, status: 503, header, date: 'Tue, 08 Sep 2026 06:29:30 GMT' };
      expect(retryAfterSeconds(sources, ours)).toBe(30);
    }
    expect(waitOf({ header, date: 'garbage' })).toBe(120);
  });

  it('goes before the text of a 429, whose wait has the same bounds', () => {
    expect(waitOf({ status: 429, header: '5', message: 'again in 8 seconds' })).toBe(5);
    expect(waitOf({ status: 429, message: 'You can send requests again in 0 seconds.' })).toBe(1);
    expect(waitOf({ status: 429, message: 'again in 99999999 seconds' })).toBe(3_600);
    expect(waitOf({ status: 503, message: 'again in 8 seconds' })).toBeUndefined();
  });

  it('never gives anything but whole seconds within its bounds', () => {
    const text = fc.option(fc.oneof(fc.string(), fc.integer().map(String), fc.date().map(String)), {
      nil: undefined,
    });
    fc.assert(
      fc.property(fc.constantFrom(429, 503), text, text, text, (status, header, date, message) => {
        const seconds = retryAfterSeconds({ status, header, date, message }, now);
        const isWait = Number.isInteger(seconds) && (seconds ?? 0) >= 1;
        expect(seconds === undefined ? status === 503 : isWait && seconds <= maxRetryAfterSeconds).toBe(true);
      }),
    );
  });
});
