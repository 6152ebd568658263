import type { ListingId } from '../../machines/cursor.ts';
import { digest } from '../../machines/digest.ts';
import type { Moment } from '../../machines/moment.ts';
import type { ODataFilter } from '../../machines/odata.ts';
import { arrangeBlock, type RowBlock, unpackRows } from '../../machines/row-block.ts';
import type { RowSource } from '../../machines/row-span.ts';
import type { Principal } from '../../machines/source.ts';
import type { Timed, TimedWindow } from './read-window.ts';

/**
 * One reading of a list: its windows, read from its first row on at about one time.
 *
 * The fleet moves between two calls, and with it rows slide over the borders of windows. So each machine is shown at the
 * first place where it was met: a row that brings it again is hidden, and stays hidden, so that a walk through one
 * reading meets each machine once.
 */
export class Reading implements Timed {
  readonly list: List;
  readonly id: ListingId;
  /** When its first rows were read, to be shown. */
  readonly openedAt: Moment;
  readonly sentAt: number;
  readonly grid: WindowGrid;
  /** When it was used last, by the monotonic clock. */
  usedAt: number;
  /** Raised with every window that is added, replaced or dropped: while it stands, every page of the reading does. */
  #revision = 0;
  readonly #windows = new Map<WindowIndex, PlacedWindow>();
  /** Offset of each machine that is shown, by id. */
  readonly #places = new Map<string, number>();
  /** How many machines each window that was ever read showed. */
  readonly #shown = new Map<WindowIndex, number>();
  /** The foremost window that upstream said ends the list, and the offset behind its last row. */
  #last: { readonly index: WindowIndex; readonly rows: number; readonly bound: number } | undefined;

  /** @param first its first window, or what is known about it */
  constructor(list: List, id: ListingId, first: Omit<TimedWindow, 'block' | 'ended'>, grid: WindowGrid) {
    const { readAt, sentAt } = first;
    this.list = list;
    this.id = id;
    this.openedAt = readAt;
    this.sentAt = sentAt;
    this.usedAt = sentAt;
    this.grid = grid;
  }

  get revision(): number {
    return this.#revision;
  }

  /** An offset that no row is behind; undefined until one was seen. A cursor may lead far behind the end. */
  get bound(): number | undefined {
    return this.#last?.bound;
  }

  /** Offset behind the last row; undefined until that row was seen. */
  get end(): number | undefined {
    if (this.#last === undefined) return undefined;
    const { index, rows, bound } = this.#last;
    return rows > 0 || index === 0 || this.#shown.has(index - 1) ? bound : undefined;
  }

  window(index: WindowIndex): PlacedWindow | undefined {
    return this.#windows.get(index);
  }

  /** How many machines are shown; undefined until every window up to the end was read. */
  get count(): number | undefined {
    const { end } = this;
    if (end === undefined) return undefined;
    let count = 0;
    for (let index = 0; windowStart(this.grid, index) < end || index === 0; index += 1) {
      const shown = this.#shown.get(index);
      if (shown === undefined) return undefined;
      count += shown;
    }
    return count;
  }

  /** Machines whose places are kept though their windows were evicted. */
  get strays(): number {
    let present = 0;
    for (const { block, hidden } of this.#windows.values()) present += block.ids.length - hidden.size;
    return this.#places.size - present;
  }

  placeOf(id: string): number | undefined {
    return this.#places.get(id);
  }

  add(index: WindowIndex, window: TimedWindow): PlacedWindow {
    this.#revision += 1;
    const start = windowStart(this.grid, index);
    const block = this.#shown.has(index) ? this.#backInPlace(window.block, start) : window.block;
    const hidden = new Set<number>();
    block.ids.forEach((id, row) => {
      const place = this.#places.get(id);
      if (id === '' || (place !== undefined && place !== start + row)) hidden.add(row);
      else this.#places.set(id, start + row);
    });
    const rows = block.ids.length;
    const source: RowSource = { rows, read: (from, to) => unpackRows(block, from, to) };
    const placed: PlacedWindow = { ...window, block, source, reading: this, index, start, hidden };
    this.#windows.set(index, placed);
    this.#shown.set(index, rows - hidden.size);
    if (window.ended && index <= (this.#last?.index ?? index)) {
      this.#last = { index, rows, bound: start + rows };
    }
    return placed;
  }

  /** Evicts a window. Its machines keep their places, so that none is shown twice when it is read again. */
  drop(index: WindowIndex): void {
    this.#revision += 1;
    this.#windows.delete(index);
  }

  /**
   * The rows of a window that is read again, each machine at the place where it was shown, as far as it is still among
   * them: otherwise one machine more at the front would shift, and thereby hide, all of them.
   */
  #backInPlace(block: RowBlock, start: number): RowBlock {
    const order: (number | undefined)[] = block.ids.map(() => undefined);
    const others: number[] = [];
    block.ids.forEach((id, row) => {
      const place = (this.#places.get(id) ?? -1) - start;
      if (place >= 0 && place < order.length && order[place] === undefined) order[place] = row;
      else others.push(row);
    });
    const rest = others.values();
    const whole = order.map((row) => row ?? rest.next().value ?? 0);
    return arrangeBlock(block, whole);
  }

  indexes(): readonly WindowIndex[] {
    return [...this.#windows.keys()];
  }
}

/** A window within its reading. */
export interface PlacedWindow extends TimedWindow {
  readonly reading: Reading;
  readonly index: WindowIndex;
  /** Offset of its first row. */
  readonly start: number;
  /** Rows that are not shown, counted from the window's first. */
  readonly hidden: ReadonlySet<number>;
  /** Its rows, by their place in it. */
  readonly source: RowSource;
}

/** Ids of a window's rows from an offset on; "" for one that is not shown. */
export function idsOf({ block, start, hidden }: PlacedWindow, offset: number, rows: number): string[] {
  const first = offset - start;
  const ids = block.ids.slice(first, first + rows);
  return hidden.size === 0 ? ids : ids.map((id, index) => (hidden.has(first + index) ? '' : id));
}

/**
 * How a list is cut into windows, each one upstream call: a small first one, so that the top of a list is there quickly,
 * and large ones behind it, for walks. The cut is the same for every reader, so that all share windows: with 1,002 and
 * 10,000 rows, 100,000 machines are 11 calls.
 */
export interface WindowGrid {
  /** Rows of the first window. */
  readonly firstRows: number;
  /** Rows of each further window. */
  readonly rows: number;
}

/** Rows that a page needs besides its own: its cursor's, and the one that proves that there is more. */
const rowsAroundPage = 2;

/** @param maxPageSize rows of the largest page, which the first window holds where one call brings so many */
export function windowGrid(rows: number, maxPageSize: number): WindowGrid {
  return { firstRows: Math.min(rows, Math.max(1_000, maxPageSize) + rowsAroundPage), rows };
}

/** Number of a window within its list, from 0. */
export type WindowIndex = number;

export function windowAt(grid: WindowGrid, offset: number): WindowIndex {
  return offset < grid.firstRows ? 0 : 1 + Math.floor((offset - grid.firstRows) / grid.rows);
}

/** Offset of a window's first row. */
export function windowStart(grid: WindowGrid, index: WindowIndex): number {
  return index === 0 ? 0 : grid.firstRows + (index - 1) * grid.rows;
}

export function windowRows(grid: WindowGrid, index: WindowIndex): number {
  return index === 0 ? grid.firstRows : grid.rows;
}

/** A list as one principal sees it. */
export interface List {
  readonly key: ListKey;
  readonly principal: Principal;
  /** Undefined lists everything. */
  readonly filter: ODataFilter | undefined;
}

/** Names a list: principal and filter, digested. */
export type ListKey = string & { readonly __brand: 'ListKey' };

/** The key holds the principal, so that no list, and no window of one, is another principal's. */
export function listOf(principal: Principal, filter: ODataFilter | undefined): List {
  return { key: digest([principal, filter ?? null], 32) as ListKey, principal, filter };
}
