import { describe, expect, it } from 'vitest';
import type { ListingId } from '../../../src/machines/cursor.ts';
import { momentOf } from '../../../src/machines/moment.ts';
import type { ODataFilter } from '../../../src/machines/odata.ts';
import { blockBytes } from '../../../src/machines/row-block.ts';
import type { Principal } from '../../../src/machines/source.ts';
import { type List, listOf } from '../../../src/upstream/windows/list.ts';
import type { Reading } from '../../../src/upstream/windows/reading.ts';
import { WindowCache } from '../../../src/upstream/windows/window-cache.ts';
import { idsFrom, windowOf } from '../../support/plain-source.ts';
import { type SetClock, setClock } from '../../support/set-clock.ts';

const grid = { firstRows: 10, rows: 10 };
const one = windowOf(idsFrom(10));
const oneBytes = blockBytes(one.block);
const app = 'app' as Principal;
const everything = listOf(app, undefined);
const high = listOf(app, "riskScore eq 'High'" as ODataFilter);

interface Cache {
  readonly cache: WindowCache;
  readonly clock: SetClock;
  readonly evicted: readonly number[];
}

/** A cache with room for so many windows of 10 rows. */
function cacheOf(windows: number): Cache {
  const clock = setClock();
  const evicted: number[] = [];
  const cache = new WindowCache(grid, windows * oneBytes + 1, clock.now, (bytes) => evicted.push(bytes));
  return { cache, clock, evicted };
}

/** A reading of a list with windows from the first on. */
function hold(cache: WindowCache, list: List, id: string, windows: number): Reading {
  const reading = cache.adopt(list, { id: id as ListingId, openedAt: momentOf(0) });
  for (let index = 0; index < windows; index += 1) {
    cache.keep(list, reading, index, windowOf(idsFrom(10, String.fromCharCode(97 + index))));
  }
  cache.begin(list, reading);
  return reading;
}

describe('the cache', () => {
  it('is bound in bytes, and tells what had to go', () => {
    const { cache, evicted } = cacheOf(3);
    hold(cache, everything, 'a1', 5);
    expect(cache.windows).toBe(3);
    expect(cache.bytes).toBe(3 * oneBytes);
    expect(evicted).toEqual([oneBytes, oneBytes]);
  });

  it('lets a reading go as a whole whose windows have left with more machines than it may remember', () => {
    const clock = setClock();
    const cache = new WindowCache(grid, 3 * oneBytes + 1, clock.now, () => undefined, 15);
    const reading = hold(cache, everything, 'a1', 4);
    expect([reading.strays, cache.windows]).toEqual([10, 3]);
    cache.keep(everything, reading, 4, windowOf(idsFrom(10, 'z')));
    expect(cache.windows).toBe(0);
    expect(cache.newest(everything)).toBeUndefined();
    hold(cache, everything, 'a2', 1);
    expect(cache.newest(everything)?.id).toBe('a2');
  });

  it('lets go of what was not used for the longest time', () => {
    const { cache } = cacheOf(3);
    const reading = hold(cache, everything, 'a1', 3);
    cache.window(reading, 0);
    cache.keep(everything, reading, 3, one);
    expect(reading.indexes().toSorted()).toEqual([0, 2, 3]);
  });

  it('forgets a reading of which no window is left, and a list of which no reading is left', () => {
    const { cache } = cacheOf(2);
    const reading = hold(cache, everything, 'a1', 2);
    hold(cache, high, 'b2', 2);
    expect(cache.reading(everything, reading.id)).toBeUndefined();
    expect(cache.newest(everything)).toBeUndefined();
    expect([...cache.readingsOf(app)].map(({ id }) => id)).toEqual(['b2']);
  });

  it('holds a window that comes again once', () => {
    const { cache, evicted } = cacheOf(3);
    const reading = hold(cache, everything, 'a1', 2);
    hold(cache, everything, 'a1', 2);
    expect([cache.windows, cache.bytes, reading.indexes()]).toEqual([2, 2 * oneBytes, [0, 1]]);
    expect(cache.newest(everything)).toBe(reading);
    expect(evicted).toEqual([]);
  });

  it('takes no window that is larger than its bound, and hands it to whoever asked', () => {
    const { cache } = cacheOf(3);
    const reading = cache.adopt(everything, { id: 'a1' as ListingId, openedAt: momentOf(0) });
    const held = cache.keep(everything, reading, 0, windowOf(idsFrom(1_000)));
    expect(held.block.ids).toHaveLength(1_000);
    expect([cache.windows, cache.bytes]).toEqual([0, 0]);
    cache.begin(everything, reading);
    expect(cache.newest(everything)).toBeUndefined();
  });

  it('serves the newest reading to whoever begins, and an older one to whoever walks through it', () => {
    const { cache } = cacheOf(5);
    const older = hold(cache, everything, 'a1', 2);
    const newer = hold(cache, everything, 'b2', 1);
    expect(cache.newest(everything)).toBe(newer);
    expect(cache.reading(everything, older.id)).toBe(older);
  });

  it('lets go of an older reading that nobody read from for ten minutes, once there is a newer one', () => {
    const { cache, clock, evicted } = cacheOf(9);
    hold(cache, everything, 'a1', 2);
    const walked = hold(cache, everything, 'b2', 2);
    clock.advance(6 * 60_000);
    cache.reading(everything, walked.id);
    clock.advance(6 * 60_000);
    const newest = hold(cache, everything, 'c3', 1);
    expect([...cache.readingsOf(app)]).toEqual([walked, newest]);
    expect(cache.windows).toBe(3);
    expect(evicted).toEqual([]);
  });

  it('shows a principal the readings of its own lists alone', () => {
    const { cache } = cacheOf(5);
    hold(cache, everything, 'a1', 1);
    const of = (name: string) => [...cache.readingsOf(name as Principal)].map(({ id }) => id);
    hold(cache, listOf('somebody' as Principal, undefined), 'b2', 1);
    expect([of('app'), of('somebody'), of('nobody')]).toEqual([['a1'], ['b2'], []]);
  });
});

describe('the key of a list', () => {
  it('differs by principal and by filter, also where their texts together are the same', () => {
    const filter = (text: string) => text as ODataFilter;
    const lists = [
      everything,
      high,
      listOf('somebody' as Principal, undefined),
      listOf('a' as Principal, filter('bc')),
      listOf('ab' as Principal, filter('c')),
      listOf('null' as Principal, undefined),
      listOf(app, filter('null')),
    ];
    expect(new Set(lists.map(({ key }) => key)).size).toBe(lists.length);
    expect(listOf(app, undefined).key).toBe(everything.key);
  });
});
