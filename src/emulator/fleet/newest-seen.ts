import type { Row } from './row.ts';

/** Rows by last report, the latest first; equal ones stay as they were. */
function newestSeenFirst(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((left, right) =>
    left.lastSeen < right.lastSeen ? 1 : left.lastSeen > right.lastSeen ? -1 : 0,
  );
}

/**
 * Keeps the newest-seen order of a changing fleet. Sorting 200,000 rows anew takes a second, so that the changes
 * are noted instead, and merged into what was sorted before. Once there are more changes than rows, the order is forgotten and made anew when asked for.
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
    const fresh = newestSeenFirst(this.#fresh.filter(stillThere).reverse());
    return this.#keep(merged(fresh, this.#sorted.filter(stillThere)));
  }

  #keep<Order extends readonly Row[] | undefined>(order: Order): Order {
    this.#sorted = order;
    this.#gone = new Set();
    this.#fresh = [];
    return order;
  }
}

/** Two sorted lists as one; of equal rows those of the first come first. */
function merged(first: readonly Row[], second: readonly Row[]): readonly Row[] {
  const rows: Row[] = [];
  let at = 0;
  for (const row of second) {
    for (let next = first[at]; next !== undefined && next.lastSeen >= row.lastSeen; next = first[++at]) {
      rows.push(next);
    }
    rows.push(row);
  }
  for (const row of first.slice(at)) rows.push(row);
  return rows;
}
