import type { ListingId } from '../../machines/cursor.ts';
import type { Listing, Listings } from '../../machines/listing.ts';
import type { Machine } from '../../machines/machine.ts';
import type { Moment } from '../../machines/moment.ts';
import type { Call, MachineSource, Principal, Window } from '../../machines/source.ts';
import { UpstreamError } from '../upstream-error.ts';
import { CallFlight } from './call-flight.ts';
import { type Freshness, type FreshnessLimits, freshnessOf } from './freshness.ts';
import { type List, listOf } from './list.ts';
import { OwnIds } from './own-ids.ts';
import { readWindow } from './read-window.ts';
import { type HeldWindow, type Reading, rowsOf } from './reading.ts';
import type { Renewals } from './renewals.ts';
import type { SharedWindow, SharedWindows } from './shared-windows.ts';
import type { WindowCache } from './window-cache.ts';
import { type WindowGrid, type WindowIndex, windowAt, windowRows, windowStart } from './window-grid.ts';
import { WindowListing, type WindowSource } from './window-listing.ts';

/**
 * Listings over windows: the calls of all pages, users and replicas, made into as few upstream calls as will do.
 *
 * A list is read in windows, and any page inside what was read is sliced from memory. The newest reading of a list
 * serves whoever begins; past its time a new reading is begun, and the older one lives on for those who walk through it,
 * so that a walk meets each machine once. Concurrent callers of a window share one call, across replicas too.
 *
 * A reading that replicas share is the same for all as long as each of its windows is. One that cannot be shared, as while
 * Redis is away or after it has lost what was there, is this replica's own; whoever came with a cursor of the shared
 * reading is told that he has left it, and his further cursors name what is here, which no other replica follows.
 */
export interface WindowListingsOptions {
  readonly source: MachineSource;
  readonly cache: WindowCache;
  readonly shared: SharedWindows;
  readonly grid: WindowGrid;
  readonly freshness: FreshnessLimits;
  readonly renewals: Renewals;
  /** How long a walk may go on in the reading that it began with, in milliseconds. */
  readonly followMs: number;
  /** Clock, in epoch milliseconds. */
  readonly now: () => number;
  readonly newId: () => ListingId;
}

/** A reader that has come this far through a window, following cursors, is taken to go on: the next one is read ahead. */
const readAheadFrom = 0.75;

/** Earlier readings that are tried in the place of one that failed. */
const mostStandIns = 10;

export class WindowListings implements Listings, WindowSource {
  readonly #options: WindowListingsOptions;
  readonly #windows = new CallFlight<HeldWindow>();
  readonly #readings = new CallFlight<Reading>();
  readonly #ownIds: OwnIds;

  constructor(options: WindowListingsOptions) {
    this.#options = options;
    this.#ownIds = new OwnIds(options.newId);
  }

  async open(
    filter: Parameters<Listings['open']>[0],
    wanted: ListingId | undefined,
    call: Call,
  ): Promise<Listing> {
    const list = listOf(call.principal, filter);
    const shared = wanted === undefined ? undefined : this.#ownIds.sharedIdOf(wanted);
    const living = wanted === undefined ? undefined : await this.#living(list, shared ?? wanted);
    if (living !== undefined) {
      this.#throwRefusal(list);
      const follows = shared === undefined ? 'reading' : 'own';
      return new WindowListing(this, list, living, call, new Set(), follows);
    }
    const { reading, isNew } = await this.#newest(list, call);
    const follows = wanted === undefined ? 'nothing' : 'another';
    return new WindowListing(this, list, reading, call, new Set(isNew ? [0] : []), follows);
  }

  async standIns(
    filter: Parameters<Listings['open']>[0],
    failed: ListingId,
    failure: unknown,
    call: Call,
  ): Promise<readonly Listing[]> {
    if (call.signal.aborted || !(failure instanceof UpstreamError && failure.isPassing)) return [];
    const { cache, shared } = this.#options;
    const list = listOf(call.principal, filter);
    const elsewhere = (await shared.readings(list.key)).map((reading) => cache.adopt(list, reading));
    return [...new Set([...cache.readings(list), ...elsewhere])]
      .filter(({ id }) => id !== (this.#ownIds.sharedIdOf(failed) ?? failed))
      .filter(({ openedAt }) => this.freshnessOf({ readAt: openedAt }) !== 'dead')
      .sort((a, b) => (a.openedAt < b.openedAt ? 1 : -1))
      .slice(0, mostStandIns)
      .map((reading) => new WindowListing(this, list, reading, call, new Set(), 'another', failure));
  }

  /** A window of a reading that is held, here or elsewhere. */
  async held(list: List, reading: Reading, index: WindowIndex): Promise<HeldWindow | undefined> {
    const { cache, shared } = this.#options;
    const here = cache.window(reading, index);
    if (here !== undefined || !reading.isShared || index >= reading.ownFrom) return here;
    const elsewhere = await shared.window(list.key, reading.id, index);
    return elsewhere === undefined
      ? undefined
      : cache.keep(list, reading, index, elsewhere, elsewhere.hidden);
  }

  /** A machine as the newest window that shows it to the principal has it; none from windows that are dead. */
  find(
    principal: Principal,
    id: string,
  ): { readonly machine: Machine; readonly window: HeldWindow } | undefined {
    const { cache, grid } = this.#options;
    let newest: { readonly offset: number; readonly window: HeldWindow } | undefined;
    for (const reading of cache.readingsOf(principal)) {
      const offset = reading.placeOf(id);
      const window = offset === undefined ? undefined : reading.window(windowAt(grid, offset));
      if (offset === undefined || window === undefined || this.freshnessOf(window) === 'dead') continue;
      if (newest === undefined || newest.window.readAt < window.readAt) newest = { offset, window };
    }
    if (newest === undefined) return undefined;
    const machine = rowsOf(newest.window, newest.offset, 1)[0];
    return machine === undefined ? undefined : { machine, window: newest.window };
  }

  freshnessOf({ readAt }: { readonly readAt: string }): Freshness {
    return freshnessOf(this.#options.now() - Date.parse(readAt), this.#options.freshness);
  }

  ownIdOf(reading: Reading): ListingId {
    return this.#ownIds.of(reading);
  }

  get grid(): WindowGrid {
    return this.#options.grid;
  }

  /** A window of a reading: held, or read by whoever asks first. */
  async window(
    list: List,
    reading: Reading,
    index: WindowIndex,
    call: Call,
  ): Promise<{ readonly window: HeldWindow; readonly isNew: boolean }> {
    const key = `${reading.id}:${index}`;
    // What is held while it is under way has not been shared yet.
    const held = this.#windows.isUnderWay(key) ? undefined : this.#options.cache.window(reading, index);
    if (held !== undefined) return { window: held, isNew: false };
    const window = await this.#windows.join(key, this.#leavingTime(list, call), (shared) =>
      this.#fetch(list, reading, index, shared),
    );
    return { window, isNew: true };
  }

  /** Where another reading may stand in, at most half of the caller's time goes by in waiting for the quota. */
  #leavingTime(list: List, call: Call): Call {
    const { cache, now } = this.#options;
    if (cache.readings(list).length < 2) return call;
    return { ...call, deadline: now() + Math.max(0, call.deadline - now()) / 2 };
  }

  /** Reads the window behind one that a reader is about to leave, where that costs nobody anything. */
  readAhead(list: List, reading: Reading, window: HeldWindow, offset: number, call: Call): void {
    const rows = window.block.ids.length;
    if (window.ended || offset - window.start < rows * readAheadFrom) return;
    const next = windowAt(this.grid, window.start + rows);
    if (reading.window(next) !== undefined) return;
    const key = `${reading.id}:${next}`;
    const { renewals } = this.#options;
    if (renewals.failureOf(key) !== undefined) return;
    renewals.behind(call, (background) =>
      renewals.restingAfterFailure([key], () => this.window(list, reading, next, background)),
    );
  }

  async #living(list: List, id: ListingId): Promise<Reading | undefined> {
    const { cache, shared } = this.#options;
    const held = cache.reading(list, id);
    if (held !== undefined) return this.#isFollowable(held) ? held : undefined;
    const elsewhere = await shared.reading(list.key, id);
    return elsewhere === undefined || !this.#isFollowable(elsewhere)
      ? undefined
      : cache.adopt(list, elsewhere);
  }

  /** A walk goes on in its reading though its rows are past serving to those who begin: it would else lose its place. */
  #isFollowable({ openedAt }: Pick<Reading, 'openedAt'>): boolean {
    const { now, followMs } = this.#options;
    return now() - Date.parse(openedAt) < followMs;
  }

  /** The reading that serves whoever begins, renewed as its age asks for. */
  async #newest(list: List, call: Call): Promise<{ readonly reading: Reading; readonly isNew: boolean }> {
    const { renewals } = this.#options;
    const newest = await this.#held(list);
    const freshness = newest === undefined ? 'dead' : this.freshnessOf({ readAt: newest.openedAt });
    if (newest === undefined || freshness === 'dead') {
      return { reading: await this.#renew(list, call), isNew: true };
    }
    this.#throwRefusal(list);
    if (freshness === 'fresh' || renewals.failureOf(list.key) !== undefined) {
      return { reading: newest, isNew: false };
    }
    if (freshness === 'stale') {
      renewals.behind(call, (background) => this.#renew(list, background));
      return { reading: newest, isNew: false };
    }
    try {
      return { reading: await renewals.within(call, (patient) => this.#renew(list, patient)), isNew: true };
    } catch (error) {
      if (call.signal.aborted || !(error instanceof UpstreamError && error.isPassing)) throw error;
      return { reading: newest, isNew: false };
    }
  }

  /** Who may no longer see the rows is not served those that are held, nor asked for again with each query. */
  #throwRefusal(list: List): void {
    const failure = this.#options.renewals.failureOf(list.key);
    if (failure?.isRefusalOfPrincipal === true) throw failure;
  }

  /** The newest reading that is at hand, here or, where there is none here, with the other replicas. */
  async #held(list: List): Promise<Reading | undefined> {
    const newest = this.#options.cache.newest(list);
    if (newest !== undefined && this.freshnessOf({ readAt: newest.openedAt }) !== 'dead') return newest;
    return this.#adoptNewest(list, (openedAt) => this.freshnessOf({ readAt: openedAt }) !== 'dead');
  }

  /** Takes over the newest reading of the other replicas, with its first window, where its age will do. */
  async #adoptNewest(list: List, isGood: (openedAt: Moment) => boolean): Promise<Reading | undefined> {
    const { cache, shared } = this.#options;
    const elsewhere = await shared.newest(list.key);
    if (elsewhere === undefined || !isGood(elsewhere.openedAt)) return undefined;
    const first = await shared.window(list.key, elsewhere.id, 0);
    if (first === undefined) return undefined;
    const reading = cache.adopt(list, elsewhere);
    cache.keep(list, reading, 0, first, first.hidden);
    cache.begin(list, reading);
    return reading;
  }

  #renew(list: List, call: Call): Promise<Reading> {
    return this.#readings.join(list.key, call, (shared) =>
      this.#options.renewals.restingAfterFailure([list.key], () => this.#begin(list, shared)),
    );
  }

  /** Begins a new reading with its first window, or takes over the one that another replica has begun. */
  #begin(list: List, call: Call): Promise<Reading> {
    const { cache, shared, newId, source, grid, now } = this.#options;
    const beganAt = now();
    // One that was opened while this caller waited is new to him, however short rows are fresh.
    const isGood = (openedAt: Moment): boolean =>
      Date.parse(openedAt) >= beganAt || this.freshnessOf({ readAt: openedAt }) === 'fresh';
    const adopt = (): Promise<Reading | undefined> => this.#adoptNewest(list, isGood);
    return shared.once(`list:${list.key}`, call.signal, adopt, async () => {
      const window = await readWindow(source, list.filter, 0, grid.firstRows, call);
      const open = (): { readonly reading: Reading; readonly held: HeldWindow } => {
        const reading = cache.adopt(list, { id: newId(), openedAt: window.readAt }, false);
        return { reading, held: cache.keep(list, reading, 0, window) };
      };
      let { reading, held } = open();
      const { id, openedAt } = reading;
      reading.isShared = await shared.keep(list.key, { id, openedAt }, 0, sharedWindow(window, held));
      if (!reading.isShared && shared.state() !== undefined) {
        // It may have been kept all the same: so it gets a name that is not known there.
        cache.drop(reading);
        ({ reading, held } = open());
      }
      cache.begin(list, reading);
      return reading;
    });
  }

  /** Reads a further window of a reading, or takes over what another replica read. */
  async #fetch(list: List, reading: Reading, index: WindowIndex, call: Call): Promise<HeldWindow> {
    const { cache, shared, source, grid } = this.#options;
    const { id, openedAt } = reading;
    const read = (): Promise<Window> =>
      readWindow(source, list.filter, windowStart(grid, index), windowRows(grid, index), call);
    if (!reading.isShared || index >= reading.ownFrom) return cache.keep(list, reading, index, await read());
    const adopt = (): Promise<HeldWindow | undefined> => this.held(list, reading, index);
    const isWhole = await this.#knowsAhead(list, reading, index);
    return shared.once(`window:${id}:${index}`, call.signal, adopt, async () => {
      const window = await read();
      // As long as it is not sure that the others have it too.
      reading.setOwn(index, true);
      const held = cache.keep(list, reading, index, window);
      // Where something is missing ahead, its rows may be among those that others have shown there.
      const isShared =
        isWhole && (await shared.keep(list.key, { id, openedAt }, index, sharedWindow(window, held)));
      reading.setOwn(index, !isShared);
      return held;
    });
  }

  /**
   * Whether what the windows ahead of one show is known, so that it hides it. Takes over what others have read. A cursor
   * may lead far behind the end, where there is nothing ahead for a long way: so the first gap ends it.
   */
  async #knowsAhead(list: List, reading: Reading, index: WindowIndex): Promise<boolean> {
    const { cache, shared } = this.#options;
    for (let ahead = index - 1; ahead >= 0; ahead -= 1) {
      if (reading.wasRead(ahead)) continue;
      const elsewhere = await shared.window(list.key, reading.id, ahead);
      if (elsewhere === undefined) return false;
      cache.keep(list, reading, ahead, elsewhere, elsewhere.hidden);
    }
    return true;
  }
}

/** A window as it is arranged here. */
const sharedWindow = (window: Window, { block, hidden }: HeldWindow): SharedWindow => ({
  ...window,
  block,
  hidden: [...hidden],
});
