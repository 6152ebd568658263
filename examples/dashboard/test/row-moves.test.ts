import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowAfterKey } from '../src/fleet/row-moves.ts';

const keys = ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End'] as const;

describe('a key', () => {
  it.each([
    ['ArrowDown', 4, 5],
    ['ArrowUp', 4, 3],
    ['PageDown', 4, 13],
    ['PageUp', 40, 31],
    ['Home', 4, 0],
    ['End', 4, 99],
  ])('%s leads from row %i to row %i of 100, ten to a screen', (key, from, to) => {
    expect(rowAfterKey(key, from, 100, 10)).toBe(to);
  });

  it('leads to the first row where none is active yet', () => {
    expect(rowAfterKey('ArrowDown', -1, 100, 10)).toBe(0);
    expect(rowAfterKey('PageDown', -1, 100, 10)).toBe(0);
    expect(rowAfterKey('End', -1, 100, 10)).toBe(99);
  });

  it('never leads out of the table', () => {
    const place = fc.tuple(fc.integer({ min: 1, max: 500 }), fc.nat(600), fc.nat(80));
    fc.assert(
      fc.property(fc.constantFrom(...keys), place, (key, [count, active, visible]) => {
        const row = rowAfterKey(key, Math.min(active, count - 1), count, visible);
        expect(row).toBeGreaterThanOrEqual(0);
        expect(row).toBeLessThan(count);
      }),
    );
  });

  it('moves nothing in an empty table, or where it is no moving key', () => {
    expect(rowAfterKey('ArrowDown', -1, 0, 10)).toBeUndefined();
    expect(rowAfterKey('a', 3, 100, 10)).toBeUndefined();
  });
});
