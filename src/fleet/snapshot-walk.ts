import { at } from '../machines/connection.ts';
import type { FleetPageRequest, FleetWalkQuery, WalkedRows } from '../machines/fleet-view.ts';
import { type RowSource, spansOf } from '../machines/row-span.ts';
import type { FleetPage } from './page.ts';
import { sortKeyOf } from './row-order.ts';
import type { Snapshot } from './snapshot.ts';

/** Rows that are handed on together: some milliseconds to put together and to write. */
const batchRows = 128;
/**
 * A walk finds its rows in so many parts at most, as each may take a pass over all rows; and at least so many at a time. Only
 * their numbers are in memory.
 */
const mostParts = 16;
const leastPartRows = 10_000;

/**
 * Walks through rows of one snapshot in their order. The snapshot stays in memory for as long as the walk is held.
 * @param source of its rows, as their reader is shown them
 * @param find finds the rows of a page
 * @param turn waits until so many rows may be put together
 * @returns fulfilled once the first part is found
 */
export async function walkSnapshot(
  snapshot: Snapshot,
  source: RowSource,
  { orders, after }: FleetWalkQuery,
  find: (page: FleetPageRequest) => Promise<FleetPage>,
  turn: (rows: number) => Promise<void>,
): Promise<AsyncGenerator<WalkedRows, void>> {
  const size = Math.max(leastPartRows, Math.ceil(snapshot.rows / mostParts));
  const keyOf = (row: number) => sortKeyOf(snapshot, row, orders);
  const first = await find({ from: 'front', size, after });
  return walk();

  async function* walk(): AsyncGenerator<WalkedRows, void> {
    for (let part = first; ; ) {
      for (let from = 0; from < part.rows.length; from += batchRows) {
        const rows = part.rows.slice(from, from + batchRows);
        await turn(rows.length);
        yield {
          spans: spansOf(rows.map((row) => ({ source, row }))),
          keyOf: (index) => keyOf(at(rows, index)),
        };
      }
      if (!part.hasNext) return;
      part = await find({ from: 'front', size, after: keyOf(at(part.rows, part.rows.length - 1)) });
    }
  }
}
