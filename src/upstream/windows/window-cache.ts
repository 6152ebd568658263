import { LRUCache } from 'lru-cache';
import type { ListingId } from '../../machines/cursor.ts';
import { blockBytes } from '../../machines/row-block.ts';
import type { Principal, Window } from '../../machines/source.ts';
import type { List, ListKey } from './list.ts';
import { type HeldWindow, Reading } from './reading.ts';
import type { SharedReading } from './shared-windows.ts';
import type { WindowGrid, WindowIndex } from './window-grid.ts';

/**
 * The windows held in memory, within a bound in bytes: past it, those go that were not used for the longest time. A list
 * or a reading of which no window is left is forgotten.
 */
export class WindowCache {
  readonly #grid: WindowGrid;
  readonly #now: () => number;
  readonly #lists = new Map<ListKey, HeldList>();
  /** Readings begun elsewhere of which no window may be held yet: one id is one object, for all who use it. */
  readonly #adopted = new LRUCache<ListingId, WeakRef<Reading>>({ max: maxAdopted });
  readonly #windows: LRUCache<string, Entry>;

  /**
   * @param onEvicted told of each window that had to go, by its bytes
   * @param mostStrays past so many machines whose windows have left, but whose places are kept, a reading goes as a whole
   */
  constructor(
    grid: WindowGrid,
    maxBytes: number,
    now: () => number,
    onEvicted: (bytes: number) => void,
    mostStrays = usualStrays,
  ) {
    this.#grid = grid;
    this.#now = now;
    this.#windows = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ bytes }) => bytes,
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
    return this.#windows.calculatedSize;
  }

  get windows(): number {
    return this.#windows.size;
  }

  /** The reading that serves whoever begins. */
  newest(list: List): Reading | undefined {
    const newest = this.#lists.get(list.key)?.newest;
    // Whoever is served by it may go on in it.
    return newest === undefined ? undefined : this.reading(list, newest.id);
  }

  reading(list: List, id: ListingId): Reading | undefined {
    const held = this.#lists.get(list.key)?.readings.get(id);
    if (held !== undefined) held.usedAt = this.#now();
    return held?.reading;
  }

  /** All readings of a list that are held. */
  readings(list: List): readonly Reading[] {
    return [...(this.#lists.get(list.key)?.readings.values() ?? [])].map(({ reading }) => reading);
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
    const held = this.#lists.get(list.key);
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
    const held = reading.add(index, window, hidden);
    const holding = this.#lists.get(list.key) ?? { list, readings: new Map(), newest: undefined };
    this.#lists.set(list.key, holding);
    holding.readings.set(reading.id, { reading, usedAt: this.#now() });
    const entry = { holding, reading, index, bytes: blockBytes(window.block) };
    this.#windows.set(entryKey(reading, index), entry);
    // A window larger than the whole bound is not taken; whoever asked for it has it all the same.
    if (!this.#windows.has(entryKey(reading, index))) this.#forget(entry);
    return held;
  }

  /** Lets go of a reading with all its windows. */
  drop(reading: Reading): void {
    for (const index of reading.indexes()) this.#windows.delete(entryKey(reading, index));
  }

  /** The readings that are held of what a principal sees. */
  *readingsOf(principal: Principal): Generator<Reading> {
    for (const { list, readings } of this.#lists.values()) {
      if (list.principal !== principal) continue;
      for (const { reading } of readings.values()) yield reading;
    }
  }

  #forget({ holding, reading, index }: Entry): void {
    reading.drop(index);
    if (!reading.isEmpty) return;
    if (holding.readings.get(reading.id)?.reading !== reading) return;
    holding.readings.delete(reading.id);
    if (holding.newest === reading) holding.newest = undefined;
    if (holding.readings.size === 0) this.#lists.delete(holding.list.key);
  }
}

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
