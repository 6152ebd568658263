import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstWhere } from '../src/binary-search.ts';

describe('a binary search', () => {
  it('finds the first number for which something holds, or the end', () => {
    const numbers = fc.integer({ min: 0, max: 200 });
    fc.assert(
      fc.property(numbers, numbers, numbers, (from, length, first) => {
        const end = from + length;
        const expected = Math.min(end, Math.max(from, first));
        expect(firstWhere(from, end, (at) => at >= first)).toBe(expected);
      }),
    );
  });

  it('asks as often as the range can be halved', () => {
    let asked = 0;
    firstWhere(0, 1_024, (at) => {
      asked += 1;
      return at >= 700;
    });
    expect(asked).toBeLessThanOrEqual(11);
  });
});
