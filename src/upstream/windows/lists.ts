import { LRUCache } from 'lru-cache';
import type { ListingId } from '../../machines/cursor.ts';
import type { HeldListing, Listing, Listings } from '../../machines/listing.ts';
import type { Machine } from '../../machines/machine.ts';
import type { Moment } from '../../machines/moment.ts';
import type { ODataFilter } from '../../machines/odata.ts';
import type { PageTurn } from '../../machines/page-turn.ts';
import { type Call, isYoungEnough, type MachineSource, type Principal } from '../../machines/source.ts';
import { UpstreamError } from '../upstream-error.ts';
import { type FoundWindow, ListWalk, type WalkOptions } from './list-walk.ts';
import { readWindow, type Timed, type TimedWindow } from './read-window.ts';
import {
  type List,
  listOf,
  type PlacedWindow,
  Reading,
  type WindowGrid,
  type WindowIndex,
  windowAt,
  windowRows,
  windowStart,
} from './reading.ts';
import { type ReadingStore, windowKey } from './reading-store.ts';
import { Refresher, type RefreshOptions, type Served } from './refresher.ts';

/**
 * Lists, read in windows: as few upstream calls as possible for the pages of all users.
 *
 * Any page within windows in memory is cut from them. The newest reading of a list serves queries without a cursor; past
 * its time a new reading is begun, and the older one stays for the walks in it, so that a walk meets each machine once.
 * Callers of the same window share one call.
 */
export interface ListsOptions extends RefreshOptions {
  readonly source: MachineSource;
  readonly store: ReadingStore;
  readonly grid: WindowGrid;
  /** How long a walk may go on in the reading that it began with, in milliseconds. */
  readonly followMs: number;
  /** Awaited before the rows of a page are unpacked. */
  readonly turn: PageTurn;
  readonly newId: () => ListingId;
}

/** A machine as one answer had it. */
export interface SeenMachine extends Timed {
  /** Null where upstream has none of this id. */
  readonly machine: Machine | null;
  readonly readAt: Moment;
}

/** A reader that follows cursors and is this far through a window is expected to go on: the next one is read ahead. */
const readAheadFrom = 0.75;
/** Earlier readings that are tried in place of one that failed. */
const mostStandIns = 10;
/** Lists of which the names are kept, each of some kilobytes at most. */
const mostKnown = 1_000;

export class Lists implements Listings {
  readonly #options: ListsOptions;
  readonly #readings: Refresher<Reading>;
  readonly #windows: Refresher<PlacedWindow>;
  readonly #known = new LRUCache<string, List>({ max: mostKnown });

  constructor(options: ListsOptions) {
    this.#options = options;
    this.#readings = new Refresher(options);
    this.#windows = new Refresher(options);
  }

  async open(filter: ODataFilter | undefined, wanted: ListingId | undefined, call: Call): Promise<Listing> {
    const list = this.#listOf(call.principal, filter);
    const begin = (shared: Call): Promise<Reading> => this.#begin(list, shared);
    const { value: reading, from } =
      this.#followed(list, wanted, call) ??
      (await this.#readings.serve(list.key, this.#options.store.newest(list), call, begin));
    const windowOf = (index: WindowIndex): Promise<FoundWindow> => this.#window(reading, index, call);
    return this.#walk({ reading, call, windowOf, isNew: from === 'MISS' }, wanted !== undefined);
  }

  held(filter: ODataFilter | undefined, wanted: ListingId | undefined, call: Call): HeldListing | undefined {
    const list = this.#listOf(call.principal, filter);
    const begin = (shared: Call): Promise<Reading> => this.#begin(list, shared);
    const served =
      this.#followed(list, wanted, call) ??
      this.#readings.serveHeld(list.key, this.#options.store.newest(list), call, begin);
    if (served === undefined) return undefined;
    const windowOf = this.#keptWindows(served.value, new Error('A window is not in memory.'));
    return this.#walk({ reading: served.value, call, windowOf, isNew: false }, wanted !== undefined);
  }

  async standIns(
    filter: ODataFilter | undefined,
    failed: ListingId,
    failure: unknown,
    call: Call,
  ): Promise<readonly Listing[]> {
    if (call.signal.aborted || !(failure instanceof UpstreamError && failure.isPassing)) return [];
    return this.#options.store
      .readings(this.#listOf(call.principal, filter))
      .filter((reading) => reading.id !== failed && this.#readings.mayServe(reading, call))
      .toSorted((a, b) => b.sentAt - a.sentAt)
      .slice(0, mostStandIns)
      .map((reading) => {
        const windowOf = this.#keptWindows(reading, failure);
        return this.#walk({ reading, call, windowOf, isNew: false }, false);
      });
  }

  /** A machine as the newest window that shows it to the principal has it; none from windows that are dead. */
  find(principal: Principal, id: string): SeenMachine | undefined {
    const { store, grid } = this.#options;
    let newest: { readonly offset: number; readonly window: PlacedWindow } | undefined;
    for (const reading of store.readingsOf(principal)) {
      const offset = reading.placeOf(id);
      const window = offset === undefined ? undefined : reading.window(windowAt(grid, offset));
      if (offset === undefined || window === undefined) continue;
      if (newest === undefined || newest.window.sentAt < window.sentAt) newest = { offset, window };
    }
    if (newest === undefined || this.#readings.freshnessOf(newest.window) === 'dead') return undefined;
    const { offset, window } = newest;
    const row = offset - window.start;
    const [machine] = window.hidden.has(row) ? [] : window.source.read(row, row + 1);
    return machine && { machine, readAt: window.readAt, sentAt: window.sentAt };
  }

  /**
   * The reading that a cursor names, even where its rows are too old for others: the walk would lose its place. Not where
   * they are too old for the call itself. A window is never older than its reading.
   */
  #followed(list: List, id: ListingId | undefined, call: Call): Served<Reading> | undefined {
    const { store, followMs } = this.#options;
    const reading = id === undefined ? undefined : store.reading(list, id);
    const ageMs = reading === undefined ? Number.POSITIVE_INFINITY : this.#readings.ageMsOf(reading);
    if (reading === undefined || ageMs >= followMs || !isYoungEnough(ageMs, call)) return undefined;
    this.#readings.throwRefusal(list.key);
    return { value: reading, from: 'HIT' };
  }

  #walk(of: Pick<WalkOptions, 'reading' | 'call' | 'isNew' | 'windowOf'>, readsAhead: boolean): ListWalk {
    const { store, turn } = this.#options;
    return new ListWalk({
      ...of,
      ages: this.#readings,
      turn,
      keptWindow: (index) => store.window(of.reading, index),
      onRead: (window, end) => {
        if (readsAhead) this.#readAhead(of.reading, window, end, of.call);
      },
    });
  }

  /** Windows out of memory. @param failure what others fail with */
  #keptWindows(reading: Reading, failure: unknown): WalkOptions['windowOf'] {
    return async (index) => {
      const window = this.#options.store.window(reading, index);
      if (window === undefined) throw failure;
      return [window, false];
    };
  }

  /** Lists are asked for again and again, and naming one takes a digest. */
  #listOf(principal: Principal, filter: ODataFilter | undefined): List {
    const name = `${principal}\n${filter ?? ''}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const list = listOf(principal, filter);
    this.#known.set(name, list);
    return list;
  }

  /** Begins a new reading with its first window. */
  async #begin(list: List, call: Call): Promise<Reading> {
    const { store, grid, newId } = this.#options;
    const first = await this.#read(list, 0, call);
    const reading = new Reading(list, newId(), first, grid);
    store.keep(reading, 0, first);
    return reading;
  }

  /** A window of a reading: from memory, or read for all who wait. */
  async #window(reading: Reading, index: WindowIndex, call: Call): Promise<FoundWindow> {
    const { store, monotonic } = this.#options;
    const kept = store.window(reading, index);
    if (kept !== undefined) return [kept, false];
    // Where another reading may stand in, at most half of the caller's time is spent on waiting for the quota.
    const leftMs = Math.max(0, call.deadline - monotonic());
    const isAlone = store.readings(reading.list).length < 2;
    const patient = isAlone ? call : { ...call, deadline: monotonic() + leftMs / 2 };
    const window = await this.#windows.fetch(windowKey(reading, index), patient, (shared) =>
      this.#fetch(reading, index, shared),
    );
    return [window, true];
  }

  /** Reads the window behind one that a reader is about to leave, in the background. */
  #readAhead(reading: Reading, window: PlacedWindow, end: number, call: Call): void {
    const rows = window.block.ids.length;
    if (window.ended || end - window.start < rows * readAheadFrom) return;
    const next = windowAt(reading.grid, window.start + rows);
    if (reading.window(next) !== undefined) return;
    this.#windows.fetchBehind(windowKey(reading, next), call, (shared) => this.#fetch(reading, next, shared));
  }

  async #fetch(reading: Reading, index: WindowIndex, call: Call): Promise<PlacedWindow> {
    return this.#options.store.keep(reading, index, await this.#read(reading.list, index, call));
  }

  #read({ filter }: List, index: WindowIndex, call: Call): Promise<TimedWindow> {
    const { source, grid, monotonic } = this.#options;
    const query = { filter, skip: windowStart(grid, index), top: windowRows(grid, index) };
    return readWindow(source, query, call, monotonic);
  }
}
