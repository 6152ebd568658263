import { firstWhere } from '../binary-search.ts';
import type { FleetPageRequest, SortKey } from '../machines/fleet-view.ts';
import type { MachineOrder } from '../machines/order.ts';
import type { Permutations } from './permutations.ts';
import { type RowOrder, rowOrder } from './row-order.ts';
import { forEachRow, isSelected, type Selection } from './selection.ts';
import type { Snapshot } from './snapshot.ts';

export interface FleetPage {
  /** In the order asked for, also where they were taken from the back. */
  readonly rows: readonly number[];
  /** Whether any selected row follows those of the page. */
  readonly hasNext: boolean;
  /** Whether any selected row comes before those of the page. */
  readonly hasPrevious: boolean;
}

/**
 * A page of the selected rows, found in one of two ways: along the rows as sorted by one field, which is made once and
 * kept; or by one pass over the selected rows that keeps the best of them. The first costs as many steps as rows lie
 * between the page's first and last, the second as many as rows are selected.
 *
 * @param permutations where sorted rows are kept; without it, always the second way
 */
export function pageOf(
  snapshot: Snapshot,
  selection: Selection,
  orders: readonly MachineOrder[],
  request: FleetPageRequest,
  permutations?: Permutations,
): FleetPage {
  const order = rowOrder(snapshot, orders);
  const [field = byId, ...others] = orders;
  const isBySingleField = others.length === 0 || field.field === 'ID';
  const { count } = selection;
  const isDense = count * count > (request.size + 1) * snapshot.rows;
  return permutations !== undefined && isBySingleField && isDense
    ? pageAlong(permutations.of(snapshot, field), selection, order, request)
    : pageOfBest(selection, order, request);
}

const byId: MachineOrder = { field: 'ID', direction: 'ASC' };

function pageAlong(
  sorted: Uint32Array,
  selection: Selection,
  order: RowOrder,
  { from, size, after, before }: FleetPageRequest,
): FleetPage {
  const low = after === undefined ? 0 : endOf(sorted, order, after, 'included');
  const high = before === undefined ? sorted.length : endOf(sorted, order, before, 'excluded');
  const end = Math.max(low, high);
  const rows: number[] = [];
  /** Where the page begins and ends among the sorted rows. */
  let first = low;
  let next = end;
  if (from === 'front') {
    for (next = low; next < end && rows.length < size; next++) take(sorted[next] ?? 0);
  } else {
    for (first = end; first > low && rows.length < size; first--) take(sorted[first - 1] ?? 0);
    rows.reverse();
  }
  return {
    rows,
    hasNext: isAnySelected(sorted, selection, next, 1),
    hasPrevious: isAnySelected(sorted, selection, first - 1, -1),
  };

  function take(row: number): void {
    if (isSelected(selection, row)) rows.push(row);
  }
}

/** How many of the sorted rows come before a place, or are it. */
function endOf(sorted: Uint32Array, order: RowOrder, key: SortKey, itself: 'included' | 'excluded'): number {
  const place = order.placeOf(key);
  return firstWhere(0, sorted.length, (at) => {
    const found = order.compareWith(sorted[at] ?? 0, place);
    return found > 0 || (found === 0 && itself === 'excluded');
  });
}

function isAnySelected(sorted: Uint32Array, selection: Selection, from: number, step: 1 | -1): boolean {
  for (let at = from; at >= 0 && at < sorted.length; at += step) {
    if (isSelected(selection, sorted[at] ?? 0)) return true;
  }
  return false;
}

function pageOfBest(selection: Selection, order: RowOrder, request: FleetPageRequest): FleetPage {
  const { from, size } = request;
  const after = request.after && order.placeOf(request.after);
  const before = request.before && order.placeOf(request.before);
  const best = new BestRows(
    size,
    from === 'front' ? order.compare : (left, right) => order.compare(right, left),
  );
  let ahead = 0;
  let behind = 0;
  let between = 0;
  forEachRow(selection, (row) => {
    if (after !== undefined && order.compareWith(row, after) <= 0) ahead++;
    else if (before !== undefined && order.compareWith(row, before) >= 0) behind++;
    else {
      between++;
      best.offer(row);
    }
  });
  const rows = best.sorted();
  const left = between - rows.length;
  return {
    rows: from === 'front' ? rows : rows.reverse(),
    hasNext: behind > 0 || (from === 'front' && left > 0),
    hasPrevious: ahead > 0 || (from === 'back' && left > 0),
  };
}

/** The first `size` of the rows offered. Keeps up to twice as many, and sorts when there are more. */
class BestRows {
  readonly #size: number;
  readonly #compare: (left: number, right: number) => number;
  #rows: number[] = [];
  /** The last of the best, once there are as many: what comes behind it is none of them. */
  #last: number | undefined;

  constructor(size: number, compare: (left: number, right: number) => number) {
    this.#size = size;
    this.#compare = compare;
  }

  offer(row: number): void {
    if (this.#last !== undefined && this.#compare(row, this.#last) > 0) return;
    this.#rows.push(row);
    if (this.#rows.length >= this.#size * 2 + 16) this.#cut();
  }

  sorted(): number[] {
    this.#cut();
    return this.#rows;
  }

  #cut(): void {
    this.#rows = this.#rows.sort(this.#compare).slice(0, this.#size);
    if (this.#rows.length === this.#size) this.#last = this.#rows[this.#size - 1];
  }
}
