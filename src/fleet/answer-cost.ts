import type { Condition, Filter } from '../machines/condition.ts';
import type { FacetRequest, FleetQuery } from '../machines/fleet-view.ts';
import type { ChangesQuery } from './changes/net-changes.ts';
import type { SinceWhen } from './changes/past.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * What an answer costs at most, in steps of about 2 ns: one for a row that is looked at. By it an answer is given in
 * place or in a thread.
 */
export type Steps = number;

/** To keep the best of the rows, and to sort them, for each row of the page. */
const sortingSteps: Steps = 300;

export function queryCost(snapshot: Snapshot, { filter, orders, page }: FleetQuery): Steps {
  // All rows in the order of one field are sorted once; those of other pages for themselves.
  const isSorted = filter.kind === 'everything' && orders.length <= 1;
  const sorting = isSorted ? 0 : Math.min(page.size, snapshot.rows) * sortingSteps;
  // Sorting the rows by a field, or comparing them by several.
  return filterCost(snapshot, filter) + snapshot.rows * 5 * Math.max(1, orders.length) + sorting;
}

export function facetCost(snapshot: Snapshot, requests: readonly FacetRequest[]): Steps {
  const filters = new Set(requests.map(({ filter }) => filter));
  const selecting = sum([...filters], (filter) => filterCost(snapshot, filter));
  // Bits that are not made yet cost as much as counting row by row.
  const counting = sum(requests, ({ facet }) => {
    const { codes } = snapshot.columns[facet === 'rbacGroup' ? 'rbacGroupId' : facet];
    return codes.length * 2;
  });
  return selecting + counting;
}

/** Two rows are laid side by side, and the texts under them. */
export function compareCost(earlier: Snapshot, later: Snapshot): Steps {
  return (earlier.rows + later.rows) * 500;
}

/** A machine that changed is read, put together as it was and taken into columns: some 30 µs for 30 to 50 bytes. */
export function changesCost(snapshot: Snapshot, since: SinceWhen, { filter }: ChangesQuery): Steps {
  // The signs of devices are found again, as they were.
  const selecting = filterCost(snapshot, filter) * 2 + snapshot.rows * 25;
  return since === 'nothing' ? selecting : selecting + sum(since.deltas, ({ bytes }) => bytes * 500);
}

function filterCost(snapshot: Snapshot, filter: Filter): Steps {
  switch (filter.kind) {
    case 'everything':
    case 'nothing':
      return snapshot.rows / 32;
    case 'and':
    case 'or':
      return sum(filter.parts, (part) => filterCost(snapshot, part));
    case 'condition':
      return conditionCost(snapshot, filter);
    case 'latest of device':
      return deviceCost(snapshot);
    default:
      return filter satisfies never;
  }
}

/** Joins the few records that have signs. A kept result costs less. */
const deviceCost = ({ rows, devices }: Snapshot): Steps => rows / 32 + devices.records.length * 50;

function conditionCost({ columns }: Snapshot, { property, test }: Condition): Steps {
  const { codes, dictionary } = columns[property];
  const rows = codes.length;
  switch (test.operator) {
    case 'contains':
    case 'startsWith':
    case 'endsWith':
    case 'hasContaining':
      return rows + (dictionary.values.kind === 'text' ? dictionary.values.folded.bytes.length / 2 : 0);
    case 'in':
    case 'hasAny':
      // A value is found by some twenty comparisons of texts that are read for it.
      return rows + test.values.length * 5_000;
    case 'inSubnets':
      return rows + test.subnets.length * 10_000;
    default:
      return rows;
  }
}

function sum<Item>(items: readonly Item[], cost: (item: Item) => Steps): Steps {
  return items.reduce((total, item) => total + cost(item), 0);
}
