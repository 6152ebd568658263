import type { ListingId, Position } from '../../machines/cursor.ts';
import type { HeldListing, Place, Stretch, TrailStep } from '../../machines/listing.ts';
import type { Moment } from '../../machines/moment.ts';
import type { PageTurn } from '../../machines/page-turn.ts';
import type { Call } from '../../machines/source.ts';
import type { Timed } from './read-window.ts';
import {
  idsOf,
  type PlacedWindow,
  type Reading,
  type WindowIndex,
  windowAt,
  windowStart,
} from './reading.ts';
import type { Refresher } from './refresher.ts';

export interface WalkOptions {
  readonly reading: Reading;
  readonly call: Call;
  /** Whether the first window was read for this caller. */
  readonly isNew: boolean;
  readonly ages: Pick<Refresher<Timed>, 'freshnessOf'>;
  /** A window of the reading, and whether it was read for this caller. */
  readonly windowOf: (index: WindowIndex) => Promise<FoundWindow>;
  /** A window that is in memory, marked as used. */
  readonly keptWindow: (index: WindowIndex) => PlacedWindow | undefined;
  /** Awaited before rows are unpacked. */
  readonly turn: PageTurn;
  /** Gets the offset behind the last row that the caller has reached. */
  readonly onRead: (window: PlacedWindow, end: number) => void;
}

export type FoundWindow = readonly [window: PlacedWindow, isNew: boolean];

/** One caller's way through one reading. */
export class ListWalk implements HeldListing {
  readonly id: ListingId;
  readonly openedAt: Moment;
  readonly #options: WalkOptions;
  /** Windows that were read upstream for this caller. */
  readonly #new: Set<WindowIndex>;
  readonly #trail: TrailStep[] = [];

  constructor(options: WalkOptions) {
    this.#options = options;
    this.id = options.reading.id;
    this.openedAt = options.reading.openedAt;
    this.#new = new Set(options.isNew ? [0] : []);
  }

  get revision(): string {
    return `${this.id}.${this.#options.reading.revision}`;
  }

  trail(): readonly TrailStep[] {
    return this.#trail;
  }

  retrace(trail: readonly TrailStep[]): void {
    const { reading, keptWindow, onRead } = this.#options;
    for (const { window: index, end } of trail) {
      if (index === undefined) {
        this.#tell(reading, reading.openedAt, 0);
        continue;
      }
      const window = keptWindow(index);
      if (window === undefined) continue;
      if (end === undefined) this.#tell(window, window.readAt, index);
      else onRead(window, end);
    }
  }

  async read(offset: number, rows: number): Promise<Stretch> {
    const { reading, call, turn, onRead } = this.#options;
    if (reading.bound !== undefined && offset >= reading.bound) {
      // An empty list was read, too.
      this.#trail.push({ window: undefined });
      this.#tell(reading, reading.openedAt, 0);
      return { ...noRows, ended: true, readAt: reading.openedAt };
    }
    const window = await this.#window(windowAt(reading.grid, offset));
    await turn(Math.min(rows, window.start + window.block.ids.length - offset), call.signal);
    const ids = idsOf(window, offset, rows);
    const end = offset + ids.length;
    this.#trail.push({ window: window.index, end });
    onRead(window, end);
    const isLast = end >= window.start + window.block.ids.length;
    const { source, start, readAt } = window;
    return { ids, source, from: offset - start, ended: window.ended && isLast, readAt };
  }

  async end(): Promise<number> {
    const { reading } = this.#options;
    for (let index = 0; reading.end === undefined; index += 1) await this.#window(index);
    return reading.end;
  }

  count(): number | undefined {
    return this.#options.reading.count;
  }

  async place({ offset, id, listing }: Position): Promise<Place> {
    const { reading } = this.#options;
    if (listing === reading.id) return { offset, consistency: 'LISTING' };
    const known = reading.placeOf(id);
    if (known !== undefined) return { offset: known, consistency: 'ANCHORED' };
    for (const index of this.#around(offset)) {
      await this.#window(index);
      const found = reading.placeOf(id);
      if (found !== undefined) return { offset: found, consistency: 'ANCHORED' };
    }
    return { offset, consistency: 'BEST_EFFORT' };
  }

  /**
   * Where to look for a row that has moved: the window where it was, then its neighbours. A fleet of ordinary size is
   * three windows; further away the calls would cost more than the few rows that the walk may miss.
   */
  *#around(offset: number): Generator<WindowIndex> {
    const { reading } = this.#options;
    const index = windowAt(reading.grid, offset);
    for (const near of [index, index - 1, index + 1]) {
      if (near >= 0 && windowStart(reading.grid, near) < (reading.bound ?? Infinity)) yield near;
    }
  }

  async #window(index: WindowIndex): Promise<PlacedWindow> {
    const [window, isNew] = await this.#options.windowOf(index);
    if (isNew) this.#new.add(index);
    this.#trail.push({ window: index });
    this.#tell(window, window.readAt, index);
    return window;
  }

  #tell(answer: Timed, readAt: Moment, index: WindowIndex): void {
    const { call, ages } = this.#options;
    const known = ages.freshnessOf(answer) === 'fresh' ? 'HIT' : 'STALE';
    call.usage.served(this.#new.has(index) ? 'MISS' : known, readAt);
  }
}

const noRows = { ids: [], source: { rows: 0, read: () => [] }, from: 0 } satisfies Partial<Stretch>;
