import { describe, expect, it } from 'vitest';
import type { ListingId } from '../../../src/machines/cursor.ts';
import { momentOf } from '../../../src/machines/moment.ts';
import type { ODataFilter } from '../../../src/machines/odata.ts';
import { blockBytes } from '../../../src/machines/row-block.ts';
import type { Principal, Window } from '../../../src/machines/source.ts';
import { type List, listOf } from '../../../src/upstream/windows/list.ts';
import type { Reading } from '../../../src/upstream/windows/reading.ts';
import { WindowCache } from '../../../src/upstream/windows/window-cache.ts';
import { idsFrom, windowOf } from '../../support/plain-source.ts';
import { type SetClock, setClock } from '../../support/set-clock.ts';

const grid = { firstRows: 10, rows: 10 };
/** When the clocks here begin. */
const beganMs = setClock().now();
const one = windowAt(beganMs);
/** With what a window, its reading and its list take by themselves. */
const oneBytes = blockBytes(one.block) + 3_500;
const keepMs = 3_600_000;
const app = 'app' as Principal;
const everything = listOf(app, undefined);
const high = listOf(app, "riskScore eq 'High'" as ODataFilter);

interface Cache {
  readonly cache: WindowCache;
  readonly clock: SetClock;
  readonly evicted: readonly number[];
}

/** A cache with room for so many windows of 10 rows. */
function cacheOf(windows: number, mostStrays = 1_000): Cache {
  const clock = setClock();
  const evicted: number[] = [];
  const cache = new WindowCache({
    grid,
    // A filter takes a few more.
    maxBytes: windows * oneBytes + 100,
    keepMs,
    now: clock.now,
    onEvicted: (bytes) => evicted.push(bytes),
    mostStrays,
  });
  return { cache, clock, evicted };
}

/** A window of 10 rows. */
function windowAt(readAtMs: number, prefix = 'm'): Window {
  return windowOf(idsFrom(10, prefix), false, readAtMs);
}

/** A reading of which nothing is held yet. */
const adopt = (cache: WindowCache, list: List, id: string): Reading =>
  cache.adopt(list, { id: id as ListingId, openedAt: momentOf(beganMs) });

/** A reading of a list with windows from the first on. */
function hold(cache: WindowCache, list: List, id: string, windows: number): Reading {
  const reading = adopt(cache, list, id);
  for (let index = 0; index < windows; index += 1) {
    cache.keep(list, reading, index, windowAt(beganMs, String.fromCharCode(97 + index)));
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
    const { cache } = cacheOf(3, 15);
    const reading = hold(cache, everything, 'a1', 4);
    expect([reading.strays, cache.windows]).toEqual([10, 3]);
    cache.keep(everything, reading, 4, windowAt(beganMs, 'z'));
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
    const reading = adopt(cache, everything, 'a1');
    const held = cache.keep(everything, reading, 0, windowOf(idsFrom(1_000), false, beganMs));
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

  it('counts what lists without rows take, so that any number of them is bound too', () => {
    const maxBytes = 30_000;
    const onEvicted = () => undefined;
    const cache = new WindowCache({ grid, maxBytes, keepMs, now: () => beganMs, onEvicted });
    for (let number = 0; number < 100; number += 1) {
      const list = listOf(app, `healthStatus eq '${number}'` as ODataFilter);
      cache.keep(list, adopt(cache, list, `${number}`), 0, windowOf([], true, beganMs));
    }
    // One takes some 3,000 bytes, as measured.
    expect(cache.windows).toBe(8);
    expect([...cache.readingsOf(app)]).toHaveLength(8);
    expect(cache.bytes).toBeGreaterThan(8 * 3_000);
  });

  it('counts the text of a filter', () => {
    const { cache } = cacheOf(9);
    hold(cache, listOf(app, 'f'.repeat(1_000) as ODataFilter), 'a1', 1);
    expect(cache.bytes).toBe(oneBytes + 2_000);
  });

  it('lets go of windows that are past their age, though there is room', () => {
    const { cache, clock, evicted } = cacheOf(9);
    const reading = adopt(cache, everything, 'a1');
    cache.keep(everything, reading, 0, windowAt(clock.now()));
    clock.advance(keepMs / 2);
    cache.keep(everything, reading, 1, windowAt(clock.now(), 'n'));
    clock.advance(keepMs / 2);
    expect(reading.indexes()).toEqual([0, 1]);
    clock.advance(60_000);
    expect([cache.windows, cache.bytes, reading.indexes()]).toEqual([1, oneBytes, [1]]);
    clock.advance(keepMs / 2);
    expect([cache.windows, cache.bytes, cache.principals]).toEqual([0, 0, 0]);
    expect(cache.reading(everything, reading.id)).toBeUndefined();
    expect(evicted).toEqual([]);
  });

  it('hands out no window from the moment on at which it is past its age', () => {
    const { cache, clock } = cacheOf(9);
    const reading = adopt(cache, everything, 'a1');
    const held = cache.keep(everything, reading, 0, windowAt(clock.now()));
    clock.advance(keepMs);
    expect(cache.window(reading, 0)).toBe(held);
    clock.advance(1);
    expect(cache.window(reading, 0)).toBeUndefined();
  });

  it('makes room for a new window by letting those go that are past their age, used or not', () => {
    const { cache, clock } = cacheOf(9);
    const older = adopt(cache, everything, 'a1');
    cache.keep(everything, older, 0, windowAt(clock.now()));
    clock.advance(keepMs);
    cache.window(older, 0);
    clock.advance(1);
    const newer = adopt(cache, everything, 'b2');
    cache.keep(everything, newer, 0, windowAt(clock.now()));
    expect([...cache.readingsOf(app)]).toEqual([newer]);
    expect(older.indexes()).toEqual([]);
  });

  it('takes no window that is past its age already, and hands it to whoever asked', () => {
    const { cache, clock } = cacheOf(9);
    const reading = adopt(cache, everything, 'a1');
    const readAt = clock.now() - keepMs - 1;
    expect(cache.keep(everything, reading, 0, windowOf(['m0'], false, readAt)).block.ids).toEqual(['m0']);
    expect([cache.windows, cache.bytes, cache.principals]).toEqual([0, 0, 0]);
  });

  it('keeps windows for as long as a walk may last, however short they are served to those who begin', () => {
    const clock = setClock();
    const onEvicted = () => undefined;
    const cache = new WindowCache({ grid, maxBytes: 100_000, keepMs: 0, now: clock.now, onEvicted });
    const reading = adopt(cache, everything, 'a1');
    cache.keep(everything, reading, 0, windowAt(clock.now()));
    clock.advance(10 * 60_000);
    expect(cache.windows).toBe(1);
    clock.advance(60_000);
    expect(cache.windows).toBe(0);
  });

  it('looks at no list of others for the readings of a principal', () => {
    const { cache } = cacheOf(9);
    hold(cache, everything, 'a1', 1);
    const { key, filter } = listOf('somebody' as Principal, undefined);
    let looks = 0;
    const watched: List = {
      key,
      filter,
      get principal() {
        looks += 1;
        return 'somebody' as Principal;
      },
    };
    hold(cache, watched, 'b2', 1);
    expect(looks).toBeGreaterThan(0);
    looks = 0;
    expect([...cache.readingsOf(app)].map(({ id }) => id)).toEqual(['a1']);
    expect(looks).toBe(0);
  });

  it('keeps no trace of a principal of whom nothing is held any longer', () => {
    const { cache } = cacheOf(1);
    for (const name of ['ada', 'ben', 'cleo']) {
      hold(cache, listOf(name as Principal, undefined), name, 1);
      expect(cache.principals).toBe(1);
    }
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
