import { LRUCache } from 'lru-cache';
import type { ListingId } from '../../machines/cursor.ts';
import { blockBytes } from '../../machines/row-block.ts';
import type { Principal, Window } from '../../machines/source.ts';
import type { List, ListKey } from './list.ts';
import { type HeldWindow, Reading } from './reading.ts';
import type { SharedReading } from './shared-windows.ts';
import type { WindowGrid, WindowIndex } from './window-grid.ts';

export interface WindowCacheOptions {
  readonly grid: WindowGrid;
  /** Bound on all that is held: rows, and what windows, readings and lists take by themselves. */
  readonly maxBytes: number;
  /** Age, in milliseconds from when they were read upstream, past which rows are served to nobody who begins. */
  readonly keepMs: number;
  /** Clock, in epoch milliseconds. */
  readonly now: () => number;
  /** Told of each window that had to go for want of room, by its bytes. */
  readonly onEvicted: (bytes: number) => void;
  /** Past so many machines whose windows have left, but whose places are kept, a reading goes as a whole. */
  readonly mostStrays?: number;
}

/**
 * The windows held in memory, within a bound in bytes: past it, those go that were not used for the longest time. Those
 * that are too old to be of use go too. A list or a reading of which no window is left is forgotten.
 */
export class WindowCache {
  readonly #grid: WindowGrid;
  readonly #now: () => number;
  /** By principal, so that what others hold neither is looked through nor can be told from the time a look-up takes. */
  readonly #lists = new Map<Principal, Map<ListKey, HeldList>>();
  /** Readings begun elsewhere of which no window may be held yet: one id is one object, for all who use it. */
  readonly #adopted = new LRUCache<ListingId, WeakRef<Reading>>({ max: maxAdopted });
  readonly #windows: LRUCache<string, Entry>;
  #sweptAt: number;

  constructor(options: WindowCacheOptions) {
    const { grid, maxBytes, keepMs, now, onEvicted, mostStrays = usualStrays } = options;
    this.#grid = grid;
    this.#now = now;
    this.#sweptAt = now();
    this.#windows = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ bytes }) => bytes,
      // A walk goes on in its reading for at least so long.
      ttl: Math.max(walkMs, keepMs),
      // The clock is asked each time; else a timer would be set between.
      ttlResolution: 0,
      perf: { now },
      dispose: (entry, _, reason) => {
        // A window that comes again takes the place of the one held.
        if (reason !== 'set') this.#forget(entry);
        if (reason === 'evict') onEvicted(entry.bytes);
      },
      disposeAfter: ({ reading }) => {
        if (reading.strays > mostStrays) this.drop(reading);
      },
    });
  }

  /** Bytes held. */
  get bytes(): number {
    this.#sweep();
    return this.#windows.calculatedSize;
  }

  get windows(): number {
    this.#sweep();
    return this.#windows.size;
  }

  /** How many principals there are of whom something is held. */
  get principals(): number {
    return this.#lists.size;
  }

  /** The reading that serves whoever begins. */
  newest(list: List): Reading | undefined {
    const newest = this.#held(list)?.newest;
    // Whoever is served by it may go on in it.
    return newest === undefined ? undefined : this.reading(list, newest.id);
  }

  reading(list: List, id: ListingId): Reading | undefined {
    const held = this.#held(list)?.readings.get(id);
    if (held !== undefined) held.usedAt = this.#now();
    return held?.reading;
  }

  /** All readings of a list that are held. */
  readings(list: List): readonly Reading[] {
    return [...(this.#held(list)?.readings.values() ?? [])].map(({ reading }) => reading);
  }

  /**
   * The reading as held here, or an empty one where it was begun elsewhere, or is only about to be.
   * @param isShared whether other replicas have it already
   */
  adopt(list: List, { id, openedAt }: SharedReading, isShared = true): Reading {
    const known = this.reading(list, id) ?? this.#adopted.get(id)?.deref();
    if (known !== undefined) return known;
    const adopted = new Reading(id, openedAt, this.#grid, isShared);
    this.#adopted.set(id, new WeakRef(adopted));
    return adopted;
  }

  /** Makes a reading of which a window is held the newest, and lets go of those that nobody walks through any longer. */
  begin(list: List, reading: Reading): void {
    const held = this.#held(list);
    if (held === undefined || !held.readings.has(reading.id)) return;
    held.newest = reading;
    for (const other of [...held.readings.values()]) {
      if (other.reading !== reading && this.#now() - other.usedAt > walkMs) this.drop(other.reading);
    }
  }

  /** Marks a window as used, and hands it out. */
  window(reading: Reading, index: WindowIndex): HeldWindow | undefined {
    this.#windows.get(entryKey(reading, index));
    return reading.window(index);
  }

  /** @param hidden the rows to hide where another replica has decided that */
  keep(
    list: List,
    reading: Reading,
    index: WindowIndex,
    window: Window,
    hidden?: readonly number[],
  ): HeldWindow {
    this.#sweep();
    const held = reading.add(index, window, hidden);
    const holding = this.#held(list) ?? this.#hold(list);
    holding.readings.set(reading.id, { reading, usedAt: this.#now() });
    const key = entryKey(reading, index);
    const entry = { holding, reading, index, bytes: heldBytes(list, window) };
    this.#windows.set(key, entry, { start: Date.parse(window.readAt) });
    // One larger than the whole bound, or too old by now, is not taken; whoever asked for it has it all the same.
    if (!this.#windows.has(key)) {
      this.#windows.delete(key);
      this.#forget(entry);
    }
    return held;
  }

  /** Lets go of a reading with all its windows. */
  drop(reading: Reading): void {
    for (const index of reading.indexes()) this.#windows.delete(entryKey(reading, index));
  }

  /** The readings that are held of what a principal sees. */
  *readingsOf(principal: Principal): Generator<Reading> {
    for (const { readings } of this.#lists.get(principal)?.values() ?? []) {
      for (const { reading } of readings.values()) yield reading;
    }
  }

  #held({ principal, key }: List): HeldList | undefined {
    return this.#lists.get(principal)?.get(key);
  }

  #hold(list: List): HeldList {
    const lists = this.#lists.get(list.principal) ?? new Map<ListKey, HeldList>();
    const holding: HeldList = { list, readings: new Map(), newest: undefined };
    this.#lists.set(list.principal, lists.set(list.key, holding));
    return holding;
  }

  /** Lets windows go that are too old. Looking through all takes a while, so it is done now and then. */
  #sweep(): void {
    if (this.#now() - this.#sweptAt < sweepMs) return;
    this.#sweptAt = this.#now();
    this.#windows.purgeStale();
  }

  #forget({ holding, reading, index }: Entry): void {
    reading.drop(index);
    if (!reading.isEmpty) return;
    const { list, readings } = holding;
    if (readings.get(reading.id)?.reading !== reading) return;
    readings.delete(reading.id);
    if (holding.newest === reading) holding.newest = undefined;
    if (readings.size > 0) return;
    const lists = this.#lists.get(list.principal);
    lists?.delete(list.key);
    if (lists?.size === 0) this.#lists.delete(list.principal);
  }
}

/** What a window takes, in bytes, with its share of the list and the reading that it belongs to. */
const heldBytes = ({ filter }: List, { block }: Window): number =>
  blockBytes(block) + windowBytes + (filter?.length ?? 0) * 2;

/** A window without rows, with a reading, a list and a principal to itself: some 3,000 bytes, as measured, and room. */
const windowBytes = 3_500;

const sweepMs = 60_000;
const maxAdopted = 1_000;
/** Some 25 MB of places, which the bound in bytes does not count. */
const usualStrays = 250_000;

/** An older reading that nobody read from for this long is let go once there is a newer one. */
export const walkMs = 10 * 60_000;

interface HeldList {
  readonly list: List;
  readonly readings: Map<ListingId, HeldReading>;
  newest: Reading | undefined;
}

interface HeldReading {
  readonly reading: Reading;
  /** Epoch milliseconds. */
  usedAt: number;
}

interface Entry {
  readonly holding: HeldList;
  readonly reading: Reading;
  readonly index: WindowIndex;
  readonly bytes: number;
}

const entryKey = (reading: Reading, index: WindowIndex): string => `${reading.id}:${index}`;
