import type { Row } from './row.ts';

/** Rows by last report, the latest first; equal ones stay as they were. */
export function newestSeenFirst(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((left, right) =>
    left.lastSeen < right.lastSeen ? 1 : left.lastSeen > right.lastSeen ? -1 : 0,
  );
}

/**
 * Keeps the newest-seen order of a changing fleet. Sorting 200,000 rows anew takes a second, so that the changes
 * are noted instead, and put in front of what was sorted before: two sorted runs, which the engine's merge sort
 * joins in one pass. Once there are more changes than rows, the order is forgotten and made anew when asked for.
 */
export class NewestSeenOrder {
  #sorted: readonly Row[] | undefined;
  #gone = new Set<Row>();
  #fresh: Row[] = [];

  /** A row came, went, or was replaced by another; `size` is the number of rows of the fleet. */
  note(gone: Row | undefined, fresh: Row | undefined, size: number): void {
    if (this.#sorted === undefined) return;
    if (gone !== undefined) this.#gone.add(gone);
    if (fresh !== undefined) this.#fresh.push(fresh);
    if (this.#gone.size + this.#fresh.length > size) this.#keep(undefined);
  }

  /** The order of `rows`, which are those of the last time with the changes noted since. */
  of(rows: readonly Row[]): readonly Row[] {
    if (this.#sorted === undefined) return this.#keep(newestSeenFirst(rows));
    if (this.#gone.size + this.#fresh.length === 0) return this.#sorted;
    const stillThere = (row: Row) => !this.#gone.has(row);
    const newest = this.#fresh.filter(stillThere).reverse();
    return this.#keep(newestSeenFirst([...newest, ...this.#sorted.filter(stillThere)]));
  }

  #keep<Order extends readonly Row[] | undefined>(order: Order): Order {
    this.#sorted = order;
    this.#gone = new Set();
    this.#fresh = [];
    return order;
  }
}
