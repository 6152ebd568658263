import type { ListingId, Position } from '../../machines/cursor.ts';
import type { Listing, Place, Stretch } from '../../machines/listing.ts';
import type { Call, ServedFrom } from '../../machines/source.ts';
import type { Freshness } from './freshness.ts';
import type { List } from './list.ts';
import { type HeldWindow, type Reading, rowsOf } from './reading.ts';
import { type WindowGrid, type WindowIndex, windowAt, windowStart } from './window-grid.ts';

/** Where a listing has its windows from. */
export interface WindowSource {
  readonly grid: WindowGrid;
  /** A window of a reading, held or read; and whether it was read for this caller. */
  readonly window: (
    list: List,
    reading: Reading,
    index: WindowIndex,
    call: Call,
  ) => Promise<{ readonly window: HeldWindow; readonly isNew: boolean }>;
  /** A window of a reading where it is held, here or elsewhere, without a call. */
  readonly held: (list: List, reading: Reading, index: WindowIndex) => Promise<HeldWindow | undefined>;
  /** Told how far a reader who follows cursors has come. */
  readonly readAhead: (list: List, reading: Reading, window: HeldWindow, offset: number, call: Call) => void;
  /** How cursors name a reading in so far as it is not shared though it is known to others. */
  readonly ownIdOf: (reading: Reading) => ListingId;
  readonly freshnessOf: (window: Pick<HeldWindow, 'readAt'>) => Freshness;
}

/**
 * What the caller's cursor names: nothing, as he begins; the reading; what this replica alone has of it; or another
 * reading, which is gone.
 */
export type Following = 'nothing' | 'reading' | 'own' | 'another';

/** One caller's way through one reading. */
export class WindowListing implements Listing {
  readonly #listings: WindowSource;
  readonly #list: List;
  readonly #reading: Reading;
  readonly #call: Call;
  /** Windows that were read upstream for this caller. */
  readonly #new: Set<WindowIndex>;
  readonly #follows: Following;
  #metOwn = false;
  readonly #heldOnly: Error | undefined;

  /**
   * @param follows who follows a cursor is likely to go on
   * @param heldOnly reads nothing upstream, but fails with this where a window is held nowhere
   */
  constructor(
    listings: WindowSource,
    list: List,
    reading: Reading,
    call: Call,
    isNew: Set<WindowIndex>,
    follows: Following,
    heldOnly?: Error,
  ) {
    this.#listings = listings;
    this.#list = list;
    this.#reading = reading;
    this.#call = call;
    this.#new = isNew;
    this.#follows = follows;
    this.#heldOnly = heldOnly;
  }

  /**
   * Once a window was met that other replicas do not have as it is here, cursors must lead on here alone: so they get a
   * name that only this replica knows.
   */
  get id(): ListingId {
    return this.#metOwn || this.#follows === 'own' ? this.#listings.ownIdOf(this.#reading) : this.#reading.id;
  }

  get openedAt(): Reading['openedAt'] {
    return this.#reading.openedAt;
  }

  async read(offset: number, rows: number): Promise<Stretch> {
    const { bound } = this.#reading;
    if (bound !== undefined && offset >= bound) {
      // That there is nothing was read, too.
      this.#call.usage.served(this.#servedFrom({ readAt: this.openedAt }, 0), this.openedAt);
      return { rows: [], ended: true, readAt: this.openedAt };
    }
    const window = await this.#window(windowAt(this.#listings.grid, offset));
    const found = rowsOf(window, offset, rows);
    if (this.#follows !== 'nothing') {
      this.#listings.readAhead(this.#list, this.#reading, window, offset + found.length, this.#call);
    }
    const isLast = offset + found.length >= window.start + window.block.ids.length;
    return { rows: found, ended: window.ended && isLast, readAt: window.readAt };
  }

  async end(): Promise<number> {
    for (let index = 0; this.#reading.end === undefined; index += 1) await this.#window(index);
    return this.#reading.end;
  }

  hasParted(): boolean {
    return this.#metOwn && this.#follows === 'reading';
  }

  count(): number | undefined {
    return this.#reading.count;
  }

  async place({ offset, id, listing }: Position): Promise<Place> {
    const isOwn = this.#follows === 'own' && listing === this.#listings.ownIdOf(this.#reading);
    if (isOwn || listing === this.#reading.id) return { offset, consistency: 'LISTING' };
    const known = this.#reading.placeOf(id);
    if (known !== undefined) return { offset: known, consistency: 'ANCHORED' };
    for (const index of this.#around(offset)) {
      await this.#window(index);
      const found = this.#reading.placeOf(id);
      if (found !== undefined) return { offset: found, consistency: 'ANCHORED' };
    }
    return { offset, consistency: 'BEST_EFFORT' };
  }

  /**
   * Where to look for a row that has moved: the window where it was, then its neighbours. A fleet of ordinary size is
   * three windows; further away the calls would cost more than the few rows that the walk may miss.
   */
  *#around(offset: number): Generator<WindowIndex> {
    const index = windowAt(this.#listings.grid, offset);
    for (const near of [index, index - 1, index + 1]) {
      const { bound } = this.#reading;
      if (near >= 0 && (bound === undefined || windowStart(this.#listings.grid, near) < bound)) yield near;
    }
  }

  async #window(index: WindowIndex): Promise<HeldWindow> {
    const { window, isNew } = await this.#find(index);
    if (isNew) this.#new.add(index);
    if (index >= this.#reading.ownFrom) this.#metOwn = true;
    this.#call.usage.served(this.#servedFrom(window, index), window.readAt);
    return window;
  }

  async #find(index: WindowIndex): ReturnType<WindowSource['window']> {
    if (this.#heldOnly === undefined) {
      return await this.#listings.window(this.#list, this.#reading, index, this.#call);
    }
    const window = await this.#listings.held(this.#list, this.#reading, index);
    if (window === undefined) throw this.#heldOnly;
    return { window, isNew: false };
  }

  #servedFrom(window: Pick<HeldWindow, 'readAt'>, index: WindowIndex): ServedFrom {
    if (this.#new.has(index)) return 'MISS';
    return this.#listings.freshnessOf(window) === 'fresh' ? 'HIT' : 'STALE';
  }
}
