import { deltaOf } from '../../src/fleet/changes/delta.ts';
import { allAdded, netChanges } from '../../src/fleet/changes/net-changes.ts';
import { pastOf } from '../../src/fleet/changes/past.ts';
import type { FleetEngine } from '../../src/fleet/engine.ts';
import { countFacet } from '../../src/fleet/facets.ts';
import { pageOf } from '../../src/fleet/page.ts';
import { select } from '../../src/fleet/select.ts';
import { SnapshotBuilder } from '../../src/fleet/snapshot-builder.ts';
import type { Machine } from '../../src/machines/machine.ts';
import { type RowBlock, unpackRows } from '../../src/machines/row-block.ts';

/** An engine without threads. */
export const inPlaceEngine: FleetEngine = {
  build: async (blocks, { id, readAt, previous }) => {
    const builder = new SnapshotBuilder(previous);
    for await (const block of blocks) for (const machine of rowsOf(block)) builder.add(machine);
    return builder.finish(id, typeof readAt === 'function' ? readAt() : readAt);
  },
  query: async (snapshot, { filter, orders, page }) => {
    const selection = select(snapshot, filter);
    return { ...pageOf(snapshot, selection, orders, page), totalCount: selection.count };
  },
  facets: async (snapshot, requests) =>
    requests.map(({ facet, filter, limit }) => countFacet(snapshot, select(snapshot, filter), facet, limit)),
  compare: async (earlier, later) => deltaOf(earlier, later),
  changes: async (snapshot, since, query) =>
    since === 'nothing'
      ? allAdded(select(snapshot, query.filter))
      : netChanges(snapshot, pastOf(snapshot, since), query, (each) => select(snapshot, each)),
  close: async () => undefined,
};

const rowsOf = (block: RowBlock): Machine[] =>
  unpackRows(block, 0, block.ids.length).filter((row) => row !== undefined);
