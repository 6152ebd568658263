import { at } from '../machines/connection.ts';
import type { FleetPageRequest, FleetWalkQuery, SortKey, WalkedRows } from '../machines/fleet-view.ts';
import { type RowSource, spansOf } from '../machines/row-span.ts';
import type { FleetPage } from './page.ts';
import { sortKeyOf } from './row-order.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * Rows that are handed on together: some milliseconds to put together and to write. The first batches are smaller, as code
 * that has not run before takes ten times as long.
 */
const batchRows = { first: 8, most: 64 };
/**
 * A walk finds its rows in so many parts at most, as each may take a pass over all rows; and at least so many at a time. Only
 * their numbers are in memory.
 */
const mostParts = 16;
const leastPartRows = 10_000;

/**
 * Walks through rows of one snapshot in their order. The snapshot stays in memory for as long as the walk is referenced.
 * @param source of its rows, as their reader is shown them
 * @param find finds the rows of a page
 * @param turn waits until the event loop may be kept busy for some milliseconds
 * @returns fulfilled once the first part is found
 */
export async function walkSnapshot(
  snapshot: Snapshot,
  source: RowSource,
  { orders, after }: FleetWalkQuery,
  find: (page: FleetPageRequest) => Promise<FleetPage>,
  turn: () => Promise<void>,
): Promise<AsyncGenerator<WalkedRows, void>> {
  const partRows = Math.max(leastPartRows, Math.ceil(snapshot.rows / mostParts));
  const keyOf = (row: number) => sortKeyOf(snapshot, row, orders);
  // Finding keeps the loop busy as well, where it is not done in a thread.
  const findPart = async (from: SortKey | undefined): Promise<FleetPage> => {
    await turn();
    return await find({ from: 'front', size: partRows, after: from });
  };
  const first = await findPart(after);
  return walk();

  async function* walk(): AsyncGenerator<WalkedRows, void> {
    let size = batchRows.first;
    for (let part = first; ; ) {
      for (let from = 0; from < part.rows.length; ) {
        const rows = part.rows.slice(from, from + size);
        from += rows.length;
        size = Math.min(size * 2, batchRows.most);
        await turn();
        yield {
          spans: spansOf(rows.map((row) => ({ source, row }))),
          keyOf: (index) => keyOf(at(rows, index)),
        };
      }
      if (!part.hasNext) return;
      part = await findPart(keyOf(at(part.rows, part.rows.length - 1)));
    }
  }
}
