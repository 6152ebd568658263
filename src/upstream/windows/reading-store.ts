import { LRUCache } from 'lru-cache';
import type { ListingId } from '../../machines/cursor.ts';
import { blockBytes } from '../../machines/row-block.ts';
import type { Principal } from '../../machines/source.ts';
import type { TimedWindow } from './read-window.ts';
import type { List, ListKey, PlacedWindow, Reading, WindowIndex } from './reading.ts';

export interface StoreOptions {
  /** Bound on the store, in bytes: rows, windows, readings and lists. */
  readonly maxBytes: number;
  /** Age in milliseconds past which rows serve no new walk. */
  readonly keepMs: number;
  /** Clock that never goes back, in milliseconds. */
  readonly monotonic: () => number;
  /** Called with the bytes of each window evicted for want of room. */
  readonly onEvicted: (bytes: number) => void;
  /** A reading is evicted whole past this many machines whose windows were evicted but whose places are kept. */
  readonly mostStrays?: number;
}

/**
 * The readings in memory, window by window, within a bound in bytes: past it, the windows are evicted that were not used for
 * the longest time. Those past their age are evicted too, then readings without windows and lists without readings.
 */
export class ReadingStore {
  readonly #monotonic: () => number;
  /** By principal, so that lists of others are not searched, and the time of a search does not show them. */
  readonly #lists = new Map<Principal, Map<ListKey, Map<ListingId, Reading>>>();
  readonly #windows: LRUCache<string, PlacedWindow>;
  #sweptAt: number;

  constructor(options: StoreOptions) {
    const { maxBytes, keepMs, monotonic, onEvicted, mostStrays = usualStrays } = options;
    this.#monotonic = monotonic;
    this.#sweptAt = monotonic();
    this.#windows = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: keptBytes,
      // A walk can stay in its reading for at least so long.
      ttl: Math.max(walkMs, keepMs),
      // The clock is read each time; otherwise a timer would be set in between.
      ttlResolution: 0,
      perf: { now: monotonic },
      dispose: (window, _, reason) => {
        // A window that comes again takes the place of the one before.
        if (reason !== 'set') this.#forget(window);
        if (reason === 'evict') onEvicted(keptBytes(window));
      },
      disposeAfter: ({ reading }) => {
        if (reading.strays > mostStrays) this.drop(reading);
      },
    });
  }

  /** Bytes in the store. */
  get bytes(): number {
    this.#sweep();
    return this.#windows.calculatedSize;
  }

  get windows(): number {
    this.#sweep();
    return this.#windows.size;
  }

  /** How many principals there are with readings. */
  get principals(): number {
    return this.#lists.size;
  }

  /** The reading that serves queries without a cursor. */
  newest(list: List): Reading | undefined {
    const newest = this.readings(list)
      .toSorted((a, b) => a.sentAt - b.sentAt)
      .at(-1);
    // A walk may go on in it.
    return newest && this.reading(list, newest.id);
  }

  reading(list: List, id: ListingId): Reading | undefined {
    const reading = this.#readings(list)?.get(id);
    if (reading !== undefined) reading.usedAt = this.#monotonic();
    return reading;
  }

  /** All readings of a list. */
  readings(list: List): readonly Reading[] {
    return [...(this.#readings(list)?.values() ?? [])];
  }

  /** The readings of all lists of a principal. */
  *readingsOf(principal: Principal): Generator<Reading> {
    for (const readings of this.#lists.get(principal)?.values() ?? []) yield* readings.values();
  }

  /** A window that is in the store, marked as used. */
  window(reading: Reading, index: WindowIndex): PlacedWindow | undefined {
    this.#windows.get(windowKey(reading, index));
    return reading.window(index);
  }

  /** @returns the window in its place in the reading, even where it is not stored */
  keep(reading: Reading, index: WindowIndex, window: TimedWindow): PlacedWindow {
    this.#sweep();
    const placed = reading.add(index, window);
    const { principal, key: listKey } = reading.list;
    const lists = this.#lists.get(principal) ?? new Map<ListKey, Map<ListingId, Reading>>();
    const readings = lists.get(listKey) ?? new Map<ListingId, Reading>();
    this.#lists.set(principal, lists.set(listKey, readings.set(reading.id, reading)));
    reading.usedAt = this.#monotonic();
    const key = windowKey(reading, index);
    this.#windows.set(key, placed, { start: window.sentAt });
    // One larger than the whole bound, or past its age, is not stored.
    if (!this.#windows.has(key)) {
      this.#windows.delete(key);
      this.#forget(placed);
    }
    if (index === 0) this.#dropIdle(reading);
    return placed;
  }

  /** Drops a reading with all its windows. */
  drop(reading: Reading): void {
    for (const index of reading.indexes()) this.#windows.delete(windowKey(reading, index));
  }

  #readings({ principal, key }: List): Map<ListingId, Reading> | undefined {
    return this.#lists.get(principal)?.get(key);
  }

  /** Once there is a newer reading, older ones without walks are evicted. */
  #dropIdle(newer: Reading): void {
    const idle = this.#monotonic() - walkMs;
    for (const reading of this.readings(newer.list)) {
      if (reading.sentAt < newer.sentAt && reading.usedAt < idle) this.drop(reading);
    }
  }

  /** Drops windows past their age. Looking through all takes a while, so it is done at intervals. */
  #sweep(): void {
    if (this.#monotonic() - this.#sweptAt < sweepMs) return;
    this.#sweptAt = this.#monotonic();
    this.#windows.purgeStale();
  }

  #forget({ reading, index }: PlacedWindow): void {
    reading.drop(index);
    if (reading.indexes().length > 0) return;
    const { principal, key } = reading.list;
    const lists = this.#lists.get(principal);
    const readings = lists?.get(key);
    readings?.delete(reading.id);
    if (readings?.size === 0) lists?.delete(key);
    if (lists?.size === 0) this.#lists.delete(principal);
  }
}

/** What a window takes, in bytes, with its share of its reading and its list. */
const keptBytes = ({ block, reading }: PlacedWindow): number =>
  blockBytes(block) + windowBytes + (reading.list.filter?.length ?? 0) * 2;

/** A window without rows, with a reading, a list and a principal to itself: some 3,000 bytes, as measured, and room. */
const windowBytes = 3_500;

const sweepMs = 60_000;
/** Some 25 MB of places, which the bound in bytes does not count. */
const usualStrays = 250_000;

/** An older reading is evicted once it was unused for this long and a newer one exists. */
export const walkMs = 10 * 60_000;

/** Names a window among all. */
export const windowKey = (reading: Reading, index: WindowIndex): string => `${reading.id}:${index}`;
