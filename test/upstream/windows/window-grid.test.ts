import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { windowAt, windowRows, windowStart } from '../../../src/upstream/windows/reading.ts';

const usual = { firstRows: 1_002, rows: 10_000 };

describe('the grid', () => {
  it('makes 11 windows of 100,000 machines', () => {
    expect(windowAt(usual, 99_999)).toBe(10);
    expect([0, 1, 2].map((index) => [windowStart(usual, index), windowRows(usual, index)])).toEqual([
      [0, 1_002],
      [1_002, 10_000],
      [11_002, 10_000],
    ]);
  });

  it('puts every offset into exactly one window', () => {
    const grids = fc.record({
      firstRows: fc.integer({ min: 1, max: 50 }),
      rows: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(grids, fc.nat(5_000), (grid, offset) => {
        const index = windowAt(grid, offset);
        const start = windowStart(grid, index);
        expect(start <= offset && offset < start + windowRows(grid, index)).toBe(true);
        expect(windowStart(grid, index + 1)).toBe(start + windowRows(grid, index));
      }),
    );
  });
});
