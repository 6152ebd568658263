import { describe, expect, it } from 'vitest';
import { freshnessOf } from '../../../src/upstream/windows/freshness.ts';

const limits = { freshMs: 60, renewMs: 300, staleMs: 3_600 };

describe('what an age allows', () => {
  it.each([
    [0, 'fresh'],
    [59, 'fresh'],
    [60, 'stale'],
    [299, 'stale'],
    [300, 'old'],
    [3_599, 'old'],
    [3_600, 'dead'],
    [Number.POSITIVE_INFINITY, 'dead'],
  ])('at %d is %s', (age, freshness) => {
    expect(freshnessOf(age, limits)).toBe(freshness);
  });

  it('is nothing where nothing may be kept', () => {
    expect(freshnessOf(0, { freshMs: 0, renewMs: 0, staleMs: 0 })).toBe('dead');
  });

  it('is everything for rows read by a clock that was ahead', () => {
    expect(freshnessOf(-5_000, limits)).toBe('fresh');
  });
});
