import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListingId } from '../../../src/machines/cursor.ts';
import { momentOf } from '../../../src/machines/moment.ts';
import type { Principal } from '../../../src/machines/source.ts';
import { idsOf, listOf, Reading, windowStart } from '../../../src/upstream/windows/reading.ts';
import { idsFrom, windowOf } from '../../support/plain-source.ts';

const list = listOf('app' as Principal, undefined);
const grid = { firstRows: 3, rows: 4 };
const begin = (): Reading => new Reading(list, 'a1' as ListingId, { readAt: momentOf(0), sentAt: 0 }, grid);

/** Ids that a window shows; "" where nothing is. */
const shown = (reading: Reading, index: number): string[] => {
  const window = reading.window(index);
  return window === undefined ? [] : idsOf(window, window.start, 100);
};

describe('a reading', () => {
  it('shows each machine where it was met first', () => {
    const reading = begin();
    reading.add(0, windowOf(['a', 'b', 'c']));
    reading.add(1, windowOf(['c', 'd', 'b', 'e']));
    expect(shown(reading, 0)).toEqual(['a', 'b', 'c']);
    expect(shown(reading, 1)).toEqual(['', 'd', '', 'e']);
    expect([reading.placeOf('c'), reading.placeOf('e'), reading.placeOf('x')]).toEqual([2, 6, undefined]);
  });

  it('shows a machine once that comes twice in one window', () => {
    const reading = begin();
    reading.add(0, windowOf(['a', 'b', 'a'], true));
    expect(shown(reading, 0)).toEqual(['a', 'b', '']);
    expect(reading.count).toBe(2);
  });

  it('keeps the places of rows that cannot be shown', () => {
    const reading = begin();
    reading.add(0, windowOf(['a', '', 'c'], true));
    expect([shown(reading, 0), reading.placeOf('c'), reading.count]).toEqual([['a', '', 'c'], 2, 2]);
  });

  it('knows how many machines there are only once every window was read', () => {
    const reading = begin();
    reading.add(0, windowOf(['a', 'b', 'c']));
    expect(reading.count).toBeUndefined();
    reading.add(2, windowOf(['h', 'b'], true));
    expect([reading.end, reading.count]).toEqual([9, undefined]);
    reading.add(1, windowOf(['d', 'e', 'f', 'g']));
    expect(reading.count).toBe(8);
  });

  it('of nothing counts none', () => {
    const reading = begin();
    reading.add(0, windowOf([], true));
    expect([reading.end, reading.count]).toEqual([0, 0]);
  });

  it('does not mistake a place far behind the end for the end', () => {
    const reading = begin();
    reading.add(9, windowOf([], true));
    expect([reading.end, reading.bound]).toEqual([undefined, windowStart(grid, 9)]);
    reading.add(0, windowOf(['a', 'b', 'c']));
    reading.add(1, windowOf(['d'], true));
    reading.add(8, windowOf([], true));
    expect([reading.end, reading.bound, reading.count]).toEqual([4, 4, 4]);
  });

  it('ends with its last full window where nothing comes behind it', () => {
    const reading = begin();
    reading.add(1, windowOf([], true));
    reading.add(0, windowOf(['a', 'b', 'c']));
    expect([reading.end, reading.count]).toEqual([3, 3]);
  });
});

describe('a window that was dropped and is read again', () => {
  it('shows what it showed', () => {
    const reading = begin();
    reading.add(0, windowOf(['a', 'b', 'c']));
    reading.add(1, windowOf(['c', 'd', 'e', 'f'], true));
    reading.drop(0);
    expect([shown(reading, 0), reading.count]).toEqual([[], 6]);
    reading.add(0, windowOf(['a', 'b', 'c']));
    expect([shown(reading, 0), shown(reading, 1)]).toEqual([
      ['a', 'b', 'c'],
      ['', 'd', 'e', 'f'],
    ]);
  });

  it('shows the machines that are still in it where it showed them, though all have moved on', () => {
    const reading = begin();
    reading.add(0, windowOf(['a', 'b', 'c']));
    reading.add(1, windowOf(['d', 'e', 'f', 'g']));
    reading.drop(1);
    reading.add(1, windowOf(['c', 'd', 'e', 'f']));
    expect(shown(reading, 1)).toEqual(['d', 'e', 'f', '']);
  });

  it('shows no machine that another window shows', () => {
    const list = fc.uniqueArray(fc.constantFrom(...idsFrom(14)), { minLength: 11, maxLength: 11 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), list), { maxLength: 12 }), (steps) => {
        const reading = begin();
        for (const [index, ids] of steps) {
          reading.drop(index);
          const start = windowStart(grid, index);
          reading.add(index, windowOf(ids.slice(start, windowStart(grid, index + 1))));
          const all = [0, 1, 2].flatMap((each) => shown(reading, each)).filter((id) => id !== '');
          expect(new Set(all).size).toBe(all.length);
        }
      }),
    );
  });
});
