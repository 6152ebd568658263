import type { ListingId } from '../../machines/cursor.ts';
import type { Moment } from '../../machines/moment.ts';
import { arrangeBlock, type Row, type RowBlock, unpackRows } from '../../machines/row-block.ts';
import type { Window } from '../../machines/source.ts';
import { type WindowGrid, type WindowIndex, windowStart } from './window-grid.ts';

/**
 * One reading of a list: the windows that were read of it so far, from its first row on at about one time.
 *
 * The fleet moves between two calls, and with it rows slide over the borders of windows. So each machine is shown at the
 * first place where it was met: a row that brings it again is hidden, and stays hidden, so that a walk through one
 * reading meets each machine once.
 */
export class Reading {
  readonly id: ListingId;
  readonly openedAt: Moment;
  readonly #grid: WindowGrid;
  readonly #windows = new Map<WindowIndex, HeldWindow>();
  /** Offset of each machine that is shown, by id. */
  readonly #places = new Map<string, number>();
  /** How many machines each window that was ever read showed. */
  readonly #shown = new Map<WindowIndex, number>();
  /** The foremost window that upstream said ends the list, and the offset behind its last row. */
  #last: { readonly index: WindowIndex; readonly rows: number; readonly bound: number } | undefined;

  /** Whether other replicas may follow it too. */
  isShared: boolean;
  /** Windows that other replicas do not have as they are here. */
  readonly #own = new Set<WindowIndex>();

  constructor(id: ListingId, openedAt: Moment, grid: WindowGrid, isShared = false) {
    this.isShared = isShared;
    this.id = id;
    this.openedAt = openedAt;
    this.#grid = grid;
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

  /**
   * The foremost window that is not shared though the reading is: what lies behind it was arranged by it, and so is not
   * for others either. Infinite where there is none.
   */
  get ownFrom(): WindowIndex {
    return Math.min(...this.#own);
  }

  /** Notes whether other replicas have a window as it is here. */
  setOwn(index: WindowIndex, isOwn: boolean): void {
    if (isOwn) this.#own.add(index);
    else this.#own.delete(index);
  }

  get isEmpty(): boolean {
    return this.#windows.size === 0;
  }

  window(index: WindowIndex): HeldWindow | undefined {
    return this.#windows.get(index);
  }

  /** How many machines are shown; undefined until every window up to the end was read. */
  get count(): number | undefined {
    const { end } = this;
    if (end === undefined) return undefined;
    let count = 0;
    for (let index = 0; windowStart(this.#grid, index) < end || index === 0; index += 1) {
      const shown = this.#shown.get(index);
      if (shown === undefined) return undefined;
      count += shown;
    }
    return count;
  }

  /** Machines whose places are kept though their windows have left. */
  get strays(): number {
    let held = 0;
    for (const { block, hidden } of this.#windows.values()) held += block.ids.length - hidden.size;
    return this.#places.size - held;
  }

  placeOf(id: string): number | undefined {
    return this.#places.get(id);
  }

  /** @param known the rows to hide, where that has been decided already */
  add(index: WindowIndex, window: Window, known?: readonly number[]): HeldWindow {
    const start = windowStart(this.#grid, index);
    const hidden = new Set(known);
    const isAgain = known === undefined && this.#shown.has(index);
    const block = isAgain ? this.#backInPlace(window.block, start) : window.block;
    block.ids.forEach((id, row) => {
      const place = this.#places.get(id);
      const isElsewhere = place !== undefined && place !== start + row;
      if (known === undefined && (id === '' || isElsewhere)) hidden.add(row);
      if (!hidden.has(row)) this.#places.set(id, start + row);
    });
    const held: HeldWindow = { ...window, block, start, hidden };
    const rows = block.ids.length;
    this.#windows.set(index, held);
    this.#shown.set(index, rows - hidden.size);
    if (window.ended && index <= (this.#last?.index ?? index))
      this.#last = { index, rows, bound: start + rows };
    return held;
  }

  /** Lets a window go. Its machines keep their places, so that none is shown a second time when it is read again. */
  drop(index: WindowIndex): void {
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
    return arrangeBlock(
      block,
      order.map((row) => row ?? rest.next().value ?? 0),
    );
  }

  indexes(): readonly WindowIndex[] {
    return [...this.#windows.keys()];
  }

  /** Whether a window was ever read. */
  wasRead(index: WindowIndex): boolean {
    return this.#shown.has(index);
  }
}

/** A window within its reading. */
export interface HeldWindow {
  readonly block: RowBlock;
  readonly ended: boolean;
  readonly readAt: Moment;
  /** Offset of its first row. */
  readonly start: number;
  /** Rows that are not shown, counted from the window's first. */
  readonly hidden: ReadonlySet<number>;
}

/** Rows of a window from an offset on. */
export function rowsOf({ block, start, hidden }: HeldWindow, offset: number, rows: number): Row[] {
  const first = offset - start;
  return unpackRows(block, first, first + rows).map((row, index) =>
    hidden.has(first + index) ? undefined : row,
  );
}
