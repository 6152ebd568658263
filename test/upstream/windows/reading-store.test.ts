import { describe, expect, it } from 'vitest';
import type { ListingId } from '../../../src/machines/cursor.ts';
import { momentOf } from '../../../src/machines/moment.ts';
import type { ODataFilter } from '../../../src/machines/odata.ts';
import { blockBytes } from '../../../src/machines/row-block.ts';
import type { Principal } from '../../../src/machines/source.ts';
import type { TimedWindow } from '../../../src/upstream/windows/read-window.ts';
import { type List, listOf, Reading } from '../../../src/upstream/windows/reading.ts';
import { ReadingStore } from '../../../src/upstream/windows/reading-store.ts';
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

interface Kept {
  readonly store: ReadingStore;
  readonly clock: SetClock;
  readonly evicted: readonly number[];
}

/** A store with room for so many windows of 10 rows. */
function storeOf(windows: number, mostStrays = 1_000): Kept {
  const clock = setClock();
  const evicted: number[] = [];
  const store = new ReadingStore({
    // A filter takes a few more.
    maxBytes: windows * oneBytes + 100,
    keepMs,
    monotonic: clock.monotonic,
    onEvicted: (bytes) => evicted.push(bytes),
    mostStrays,
  });
  return { store, clock, evicted };
}

/** A window of 10 rows. */
function windowAt(readAtMs: number, prefix = 'm'): TimedWindow {
  return windowOf(idsFrom(10, prefix), false, readAtMs);
}

/** A reading of which nothing is kept yet. */
const readingOf = (id: string, list = everything, sentAt = beganMs): Reading =>
  new Reading(list, id as ListingId, { readAt: momentOf(sentAt), sentAt }, grid);

/** A reading of a list with windows from the first on. */
function keepWindows(
  store: ReadingStore,
  list: List,
  id: string,
  windows: number,
  sentAt = beganMs,
): Reading {
  const reading = readingOf(id, list, sentAt);
  for (let index = 0; index < windows; index += 1) {
    store.keep(reading, index, windowAt(beganMs, String.fromCharCode(97 + index)));
  }
  return reading;
}

describe('the store of readings', () => {
  it('is bound in bytes, and reports what was evicted', () => {
    const { store, evicted } = storeOf(3);
    keepWindows(store, everything, 'a1', 5);
    expect(store.windows).toBe(3);
    expect(store.bytes).toBe(3 * oneBytes);
    expect(evicted).toEqual([oneBytes, oneBytes]);
  });

  it('lets a reading go as a whole whose windows have left with more machines than it may remember', () => {
    const { store } = storeOf(3, 15);
    const reading = keepWindows(store, everything, 'a1', 4);
    expect([reading.strays, store.windows]).toEqual([10, 3]);
    store.keep(reading, 4, windowAt(beganMs, 'z'));
    expect(store.windows).toBe(0);
    expect(store.newest(everything)).toBeUndefined();
    keepWindows(store, everything, 'a2', 1);
    expect(store.newest(everything)?.id).toBe('a2');
  });

  it('evicts the least recently used windows', () => {
    const { store } = storeOf(3);
    const reading = keepWindows(store, everything, 'a1', 3);
    store.window(reading, 0);
    store.keep(reading, 3, one);
    expect(reading.indexes().toSorted()).toEqual([0, 2, 3]);
  });

  it('evicts a reading without windows, and a list without readings', () => {
    const { store } = storeOf(2);
    const reading = keepWindows(store, everything, 'a1', 2);
    keepWindows(store, high, 'b2', 2);
    expect(store.reading(everything, reading.id)).toBeUndefined();
    expect(store.newest(everything)).toBeUndefined();
    expect([...store.readingsOf(app)].map(({ id }) => id)).toEqual(['b2']);
  });

  it('keeps a window that comes again once', () => {
    const { store, evicted } = storeOf(3);
    const reading = keepWindows(store, everything, 'a1', 2);
    store.keep(reading, 1, windowAt(beganMs, 'z'));
    expect([store.windows, store.bytes, reading.indexes()]).toEqual([2, 2 * oneBytes, [0, 1]]);
    expect(store.newest(everything)).toBe(reading);
    expect(evicted).toEqual([]);
  });

  it('stores no window larger than its bound, and returns it to the caller', () => {
    const { store } = storeOf(3);
    const reading = readingOf('a1');
    const placed = store.keep(reading, 0, windowOf(idsFrom(1_000), false, beganMs));
    expect(placed.block.ids).toHaveLength(1_000);
    expect([store.windows, store.bytes]).toEqual([0, 0]);
    expect(store.newest(everything)).toBeUndefined();
  });

  it('serves the newest reading to new walks, and an older one to walks within it', () => {
    const { store } = storeOf(5);
    const older = keepWindows(store, everything, 'a1', 2);
    const newer = keepWindows(store, everything, 'b2', 1);
    expect(store.newest(everything)).toBe(newer);
    expect(store.reading(everything, older.id)).toBe(older);
  });

  it('evicts an older reading that was unused for ten minutes, once there is a newer one', () => {
    const { store, clock, evicted } = storeOf(9);
    keepWindows(store, everything, 'a1', 2);
    const walked = keepWindows(store, everything, 'b2', 2);
    clock.advance(6 * 60_000);
    store.reading(everything, walked.id);
    clock.advance(6 * 60_000);
    const newest = keepWindows(store, everything, 'c3', 1, clock.now());
    expect([...store.readingsOf(app)]).toEqual([walked, newest]);
    expect(store.windows).toBe(3);
    expect(evicted).toEqual([]);
  });

  it('counts what lists without rows take, so that any number of them is bound too', () => {
    const maxBytes = 30_000;
    const onEvicted = () => undefined;
    const store = new ReadingStore({ maxBytes, keepMs, monotonic: () => beganMs, onEvicted });
    for (let number = 0; number < 100; number += 1) {
      const list = listOf(app, `healthStatus eq '${number}'` as ODataFilter);
      store.keep(readingOf(`${number}`, list), 0, windowOf([], true, beganMs));
    }
    // One takes some 3,000 bytes, as measured.
    expect(store.windows).toBe(8);
    expect([...store.readingsOf(app)]).toHaveLength(8);
    expect(store.bytes).toBeGreaterThan(8 * 3_000);
  });

  it('counts the text of a filter', () => {
    const { store } = storeOf(9);
    keepWindows(store, listOf(app, 'f'.repeat(1_000) as ODataFilter), 'a1', 1);
    expect(store.bytes).toBe(oneBytes + 2_000);
  });

  it('lets go of windows that are past their age, though there is room', () => {
    const { store, clock, evicted } = storeOf(9);
    const reading = readingOf('a1');
    store.keep(reading, 0, windowAt(clock.now()));
    clock.advance(keepMs / 2);
    store.keep(reading, 1, windowAt(clock.now(), 'n'));
    clock.advance(keepMs / 2);
    expect(reading.indexes()).toEqual([0, 1]);
    clock.advance(60_000);
    expect([store.windows, store.bytes, reading.indexes()]).toEqual([1, oneBytes, [1]]);
    clock.advance(keepMs / 2);
    expect([store.windows, store.bytes, store.principals]).toEqual([0, 0, 0]);
    expect(store.reading(everything, reading.id)).toBeUndefined();
    expect(evicted).toEqual([]);
  });

  it('hands out no window from the moment on at which it is past its age', () => {
    const { store, clock } = storeOf(9);
    const reading = readingOf('a1');
    const placed = store.keep(reading, 0, windowAt(clock.now()));
    clock.advance(keepMs);
    expect(store.window(reading, 0)).toBe(placed);
    clock.advance(1);
    expect(store.window(reading, 0)).toBeUndefined();
  });

  it('makes room for a new window by letting those go that are past their age, used or not', () => {
    const { store, clock } = storeOf(9);
    const older = readingOf('a1');
    store.keep(older, 0, windowAt(clock.now()));
    clock.advance(keepMs);
    store.window(older, 0);
    clock.advance(1);
    const newer = readingOf('b2');
    store.keep(newer, 0, windowAt(clock.now()));
    expect([...store.readingsOf(app)]).toEqual([newer]);
    expect(older.indexes()).toEqual([]);
  });

  it('stores no window past its age, and returns it to the caller', () => {
    const { store, clock } = storeOf(9);
    const reading = readingOf('a1');
    const readAt = clock.now() - keepMs - 1;
    expect(store.keep(reading, 0, windowOf(['m0'], false, readAt)).block.ids).toEqual(['m0']);
    expect([store.windows, store.bytes, store.principals]).toEqual([0, 0, 0]);
  });

  it('keeps windows for as long as a walk may last, however short they serve new walks', () => {
    const clock = setClock();
    const onEvicted = () => undefined;
    const store = new ReadingStore({ maxBytes: 100_000, keepMs: 0, monotonic: clock.monotonic, onEvicted });
    const reading = readingOf('a1');
    store.keep(reading, 0, windowAt(clock.now()));
    clock.advance(10 * 60_000);
    expect(store.windows).toBe(1);
    clock.advance(60_000);
    expect(store.windows).toBe(0);
  });

  it('looks at no list of others for the readings of a principal', () => {
    const { store } = storeOf(9);
    keepWindows(store, everything, 'a1', 1);
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
    keepWindows(store, watched, 'b2', 1);
    expect(looks).toBeGreaterThan(0);
    looks = 0;
    expect([...store.readingsOf(app)].map(({ id }) => id)).toEqual(['a1']);
    expect(looks).toBe(0);
  });

  it('keeps no trace of a principal without readings', () => {
    const { store } = storeOf(1);
    for (const name of ['ada', 'ben', 'cleo']) {
      keepWindows(store, listOf(name as Principal, undefined), name, 1);
      expect(store.principals).toBe(1);
    }
  });

  it('shows a principal the readings of its own lists alone', () => {
    const { store } = storeOf(5);
    keepWindows(store, everything, 'a1', 1);
    const of = (name: string) => [...store.readingsOf(name as Principal)].map(({ id }) => id);
    keepWindows(store, listOf('somebody' as Principal, undefined), 'b2', 1);
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
